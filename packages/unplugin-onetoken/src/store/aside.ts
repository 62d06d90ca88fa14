import { canonicalJson, sha256 } from '../canonical-json.ts'
import type { RenderStore } from './file-store.ts'
import { isProvisional, type RenderRecord } from './record.ts'

/** The same record under a key that nothing asks for: it is found by that, and pruned as any other. */
export function asideOf(record: RenderRecord): RenderRecord {
  return { ...record, key: sha256(canonicalJson({ aside: record })) }
}

/** Whether its pictures are to have a record also when another one takes the place of this one. */
export function needsRecord(record: RenderRecord): boolean {
  return record.images.length > 0 && !isProvisional(record)
}

/**
 * Keep a record of what `record` is about to take the place of, so that its pictures do not lie there unnamed. What only
 * stood in for it, and what has no pictures, needs none.
 */
export async function keepAside(
  store: Pick<RenderStore, 'find' | 'putRecord'>,
  record: RenderRecord,
): Promise<void> {
  const lookup = await store.find(record.key)
  if (lookup.state !== 'found') return
  const { record: former } = lookup
  if (!needsRecord(former) || canonicalJson(former) === canonicalJson(record)) return
  await store.putRecord(asideOf(former))
}
