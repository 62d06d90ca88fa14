import { renderKey, type InputDigest } from '../spec/key.ts'
import type { RenderSpec } from '../spec/types.ts'
import { asideOf } from '../store/aside.ts'
import type { Lookup, RenderStore } from '../store/file-store.ts'
import { isOwn, type RenderRecord } from '../store/record.ts'
import { lineageOf, type IdentifiedSpec } from './identify.ts'

/** Pictures of other keys that stand for a render which is not there. */
export interface Lineages {
  /** The newest picture of an edit, whatever its parent looked like, in the first of these that has one. */
  newest(lineages: readonly string[]): Promise<RenderRecord | undefined>
  /**
   * The picture that its user has brought for an entry, for good; undefined when there is none, or when another one was
   * made for the entry since. `name` is `hero:dark` for a dark version.
   */
  imported(name: string, provider: string): Promise<RenderRecord | undefined>
}

/**
 * Finds what an edit looked like before its parent changed, and what an entry has whose words have changed. Records are
 * read when the first such picture is looked for, and after that only those that are new.
 */
export function openLineages(store: Pick<RenderStore, 'keys' | 'find'>): Lineages {
  const seen = new Set<string>()
  const byLineage = new Map<string, RenderRecord>()
  const byName = new Map<string, RenderRecord>()
  const add = (record: RenderRecord): void => {
    if (record.images.length === 0) return
    const lineage = recordLineage(record)
    if (lineage !== undefined) keepNewest(byLineage, lineage, record)
    if (record.name !== undefined) keepNewest(byName, nameIn(record.provider, record.name), record)
  }
  /** Whether a record was ever used: one that came second was put aside at once. */
  const hasStood = async (record: RenderRecord): Promise<boolean> => {
    const key = keyBefore(record)
    if (key === undefined) return true
    const standing = await store.find(key)
    return standing.state !== 'found' || timeOf(standing.record) > timeOf(record)
  }
  const readNew = async (): Promise<void> => {
    for (const key of await store.keys()) {
      if (seen.has(key)) continue
      const lookup = await store.find(key)
      // What cannot be read may be put right meanwhile.
      if (lookup.state !== 'found') continue
      seen.add(key)
      if (await hasStood(lookup.record)) add(lookup.record)
    }
  }
  let reading: Promise<void> | undefined
  const readAll = (): Promise<void> => (reading ??= readNew().finally(() => (reading = undefined)))
  return {
    async newest(lineages) {
      await readAll()
      return lineages.map((lineage) => byLineage.get(lineage)).find((record) => record !== undefined)
    },
    async imported(name, provider) {
      await readAll()
      const record = byName.get(nameIn(provider, name))
      // What another picture has replaced, for this entry too as their words are the same, is brought for good no more.
      return record !== undefined && isOwn(record) && keyBefore(record) === undefined ? record : undefined
    },
  }
}

function keepNewest(records: Map<string, RenderRecord>, id: string, record: RenderRecord): void {
  const other = records.get(id)
  if (other === undefined || timeOf(record) > timeOf(other)) records.set(id, record)
}

function timeOf({ created }: RenderRecord): number {
  return Date.parse(created)
}

/** The key of a record that was put aside, from before that; undefined for one that was not. */
export function keyBefore(record: RenderRecord): string | undefined {
  const { endpoint, request, take, inputs = [], provider } = record
  const key = renderKey({ endpoint, request: request as RenderSpec['request'], take }, inputs, provider)
  return key !== record.key && asideOf({ ...record, key }).key === record.key ? key : undefined
}

/** Pretend pictures and others are never taken for each other. */
function nameIn(provider: string, name: string): string {
  return `${provider} ${name}`
}

/** The picture of another key that is used while a render has none of its own; undefined when there is none. */
export async function standIn(
  lineages: Lineages,
  provider: string,
  { spec: { name }, lineages: of }: Pick<IdentifiedSpec, 'spec' | 'lineages'>,
): Promise<RenderRecord | undefined> {
  const imported = name === undefined ? undefined : await lineages.imported(name, provider)
  return imported ?? (of === undefined ? undefined : await lineages.newest(of()))
}

/**
 * The picture that its user has brought for an entry, for good, when by now its words are those of another one, which has a
 * render; undefined when there is none. Without another one, what was rendered for these words is what they mean.
 */
export async function importedOver(
  lineages: Lineages,
  provider: string,
  { spec: { name } }: Pick<IdentifiedSpec, 'spec'>,
  lookup: Lookup,
): Promise<RenderRecord | undefined> {
  if (name === undefined || lookup.state !== 'found' || lookup.record.name === name) return undefined
  return await lineages.imported(name, provider)
}

/** The lineage of a record, below a parent of this name; undefined when it is of no edit. */
export function recordLineage(
  record: RenderRecord,
  edit: string | undefined = record.edit,
): string | undefined {
  const { inputs = [], request } = record
  if (record.edit === undefined || edit === undefined) return undefined
  const rest = inputs.slice(1) as InputDigest[]
  return lineageOf({ ...record, edit, inputs: rest, request: request as RenderSpec['request'] })
}
