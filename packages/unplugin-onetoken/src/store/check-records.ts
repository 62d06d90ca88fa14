import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CheckParts } from './check.ts'
import type { OneTokenError } from '../errors.ts'
import type { Lookup, RenderStore } from './file-store.ts'
import { noteOf, problemOf, repaired, type Finding } from './finding.ts'
import { layoutOf } from './layout.ts'
import { keyOfName } from './listing.ts'
import { labelOf, ofFormer, unavailable, writing } from './messages.ts'
import { parseRecord, type RenderRecord } from './record.ts'

/** What the check made of one file among the records. */
export interface CheckedRecord {
  /** Undefined when it cannot be used, or is none. */
  record?: RenderRecord | undefined
  finding?: Finding | undefined
}

/** Look at one file of the folder of the records. */
export async function checkRecord(
  store: RenderStore,
  name: string,
  { repair, wantedBy }: Pick<CheckParts, 'repair' | 'wantedBy'>,
): Promise<CheckedRecord> {
  const key = keyOfName(name)
  if (key === undefined) return await checkStray(store, name, repair !== undefined)
  const lookup = await store.find(key)
  if (lookup.state === 'found') return { record: lookup.record }
  if (lookup.state === 'missing') return {}
  // It stays where it is, damaged or not: with the record gone, the render would be missing, and be bought again.
  const by = await wantedBy?.(key, undefined)
  const problem = badRecord(store.recordFile(key), by === false, await named(store, key, by, lookup))
  if ((await repair?.restore?.({ what: 'record', key })) !== true) return { finding: problem }
  const restored = await store.find(key)
  if (restored.state !== 'found') return { finding: problem }
  return { record: restored.record, finding: repaired(problem, 'It was brought back.') }
}

/** The same look, of which messages tell what asks for the picture. */
async function named(
  store: RenderStore,
  key: string,
  by: string | false | undefined,
  look: Unavailable,
): Promise<OneTokenError> {
  const again = typeof by === 'string' ? await store.find(key, by) : look
  return again.state === 'unavailable' ? again.error : look.error
}

type Unavailable = Extract<Lookup, { state: 'unavailable' }>

function badRecord(file: string, isFormer: boolean, error: OneTokenError): Finding {
  const problem = problemOf('record', file, error)
  return isFormer && problem.state === 'damaged'
    ? { ...problem, hint: ofFormer({ what: 'record', file }) }
    : problem
}

/** A file whose name is no key: a record under a wrong name, or nothing of ours. */
async function checkStray(store: RenderStore, name: string, repairs: boolean): Promise<CheckedRecord> {
  const file = join(layoutOf(store.folder).records, name)
  const record = await strayRecord(file)
  if (record === undefined) {
    return { finding: noteOf('foreign', file, 'is no record', { hint: 'Nothing here has written it.' }) }
  }
  const { key } = record
  if ((await store.find(key)).state === 'found') {
    return { finding: noteOf('foreign', file, `is a copy of the record of ${labelOf(record)}`) }
  }
  const error = unavailable({
    what: 'record',
    file,
    state: 'misnamed',
    why: 'has a name by which nobody finds it',
    label: labelOf(record),
    rightName: `${key}.json`,
  })
  const problem = problemOf('record', file, error)
  if (!repairs) return { record, finding: problem }
  const kept = await writing(store.folder, () => store.putRecord(record))
  await writing(store.folder, () => store.setAside(file))
  return { record: kept, finding: repaired(problem, 'It has its right name now.') }
}

/** More than any record has. */
const LONGEST = 4 * 1024 * 1024

async function strayRecord(file: string): Promise<RenderRecord | undefined> {
  try {
    const text = await readFile(file, 'utf8')
    if (text.length > LONGEST) return undefined
    const { key } = JSON.parse(text) as { key?: unknown }
    const parsed = parseRecord(text, String(key))
    return parsed.state === 'valid' && keyOfName(`${parsed.record.key}.json`) !== undefined
      ? parsed.record
      : undefined
  } catch {
    // No file, or no JSON: then it is no record either.
    return undefined
  }
}
