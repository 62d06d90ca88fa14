import type { InputDigest } from '../spec/key.ts'
import type { RenderSpec } from '../spec/types.ts'
import type { RenderStore } from '../store/file-store.ts'
import type { RenderRecord } from '../store/record.ts'
import { lineageOf } from './identify.ts'

/** Renders of edits by their lineage. */
export interface Lineages {
  /** The newest picture of a lineage; undefined when there is none. */
  newest(lineage: string): Promise<RenderRecord | undefined>
}

/**
 * Finds what an edit looked like before its parent changed. Records are read when the first such edit is looked for, and
 * after that only those that are new.
 */
export function openLineages(store: Pick<RenderStore, 'keys' | 'find'>): Lineages {
  const seen = new Set<string>()
  const newest = new Map<string, RenderRecord>()
  const add = (record: RenderRecord): void => {
    const lineage = recordLineage(record)
    if (lineage === undefined || record.images.length === 0) return
    const other = newest.get(lineage)
    if (other === undefined || Date.parse(record.created) > Date.parse(other.created)) {
      newest.set(lineage, record)
    }
  }
  const readNew = async (): Promise<void> => {
    for (const key of await store.keys()) {
      if (seen.has(key)) continue
      const lookup = await store.find(key)
      // What cannot be read may be put right meanwhile.
      if (lookup.state !== 'found') continue
      seen.add(key)
      add(lookup.record)
    }
  }
  let reading: Promise<void> | undefined
  return {
    async newest(lineage) {
      reading ??= readNew().finally(() => (reading = undefined))
      await reading
      return newest.get(lineage)
    },
  }
}

/** The lineage of a record; undefined when it is of no edit. */
export function recordLineage(record: RenderRecord): string | undefined {
  const { edit, inputs = [], request } = record
  if (edit === undefined) return undefined
  const rest = inputs.slice(1) as InputDigest[]
  return lineageOf({ ...record, edit, inputs: rest, request: request as RenderSpec['request'] })
}
