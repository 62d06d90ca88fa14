import { relative } from 'node:path'
import { OneTokenError } from '../errors.ts'
import { removeDurably } from '../store/durable.ts'
import type { RenderStore } from '../store/file-store.ts'
import { inOrder } from '../store/in-order.ts'
import { checkRecord } from '../store/check-records.ts'
import { layoutOf } from '../store/layout.ts'
import { entriesOf, isTemporaryName, sizeOf } from '../store/listing.ts'
import { labelOf, writing } from '../store/messages.ts'
import type { RenderRecord } from '../store/record.ts'
import type { Engine } from './engine.ts'
import { committedFiles } from './git.ts'
import { describe, oneProblem } from './problems.ts'
import { toPosix } from './references.ts'
import { survey, type PlannedRender } from './survey.ts'
import { wantedKeys } from './wanted-keys.ts'

/** A render that nothing in the project asks for. */
export interface UnusedRender {
  key: string
  /** How messages call it. */
  label: string
  prompt: string
  provider: string
  /** ISO 8601, UTC. */
  created: string
  /** Dollars that were paid. */
  cost: number
  /** Length of the files that go with it. */
  bytes: number
  /** Where all of it is as well. */
  copy: 'git' | 'remote' | undefined
}

/** The renders of a store that nothing in the project asks for. */
export interface UnusedRenders {
  renders: UnusedRender[]
  /**
   * Remove some of them: their records, then their pictures, except those that a record names which stays. Looks at the
   * project and the store once more, as somebody may have read the list for long: what is asked for by now stays, too.
   */
  remove(chosen: readonly UnusedRender[]): Promise<RemovedRenders>
}

/** What was removed of the renders that were chosen. */
export interface RemovedRenders {
  renders: UnusedRender[]
  /** Length of the files. */
  bytes: number
}

/** How long ago a render was made that may be found unused. */
export interface Age {
  /** Days. */
  keepDays: number
  /** Milliseconds since 1970. */
  now: number
}

const DAY = 24 * 60 * 60 * 1000
const AT_ONCE = 8

/**
 * Find the renders that no entry of a manifest and no source asks for.
 * @throws OneTokenError `PRUNE_REFUSED` when something may ask for one unseen
 */
export async function findUnusedRenders(engine: Engine, age: Age): Promise<UnusedRenders> {
  const { local: store, shared } = await engine.store()
  const { records, unused } = await readUnused(engine, age)
  const namedBy = countNames(store, records)
  const unusedBy = countNames(store, unused)
  const committed = await committedFiles(store.folder)
  const renders = await Promise.all(
    unused.map(async (record): Promise<UnusedRender> => {
      const pictures = picturesOf(store, record)
      const own = pictures.filter((picture) => namedBy.get(picture) === unusedBy.get(picture))
      const files = [store.recordFile(record.key), ...own]
      const sizes = await Promise.all(files.map(sizeOf))
      const { key, request, provider, created, cost } = record
      return {
        key,
        label: labelOf(record),
        prompt: String(request['prompt']),
        provider,
        created,
        cost: cost.usd,
        bytes: sizes.reduce((sum, size) => sum + size, 0),
        copy: files.every((file) => committed.has(toPosix(relative(store.folder, file))))
          ? 'git'
          : (await shared?.hasCopy(record).catch(() => false)) === true
            ? 'remote'
            : undefined,
      }
    }),
  )
  return { renders, remove: (chosen) => removeUnused(engine, age, chosen) }
}

/** The records of the store, and those of them that are unused, as it is now. */
async function readUnused(
  engine: Engine,
  { keepDays, now }: Age,
): Promise<{ records: RenderRecord[]; unused: RenderRecord[] }> {
  const { local: store } = await engine.store()
  const planned = await plannedRenders(engine)
  const records = await readRecords(store)
  const wanted = wantedKeys(planned, records, (await engine.project()).provider)
  const unused = records.filter(
    ({ key, created }) => !wanted.has(key) && now - Date.parse(created) >= keepDays * DAY,
  )
  return { records, unused }
}

async function removeUnused(
  engine: Engine,
  age: Age,
  chosen: readonly UnusedRender[],
): Promise<RemovedRenders> {
  // Words may have been edited, and a picture accepted for them.
  engine.refresh()
  const { local: store } = await engine.store()
  const { unused } = await readUnused(engine, age)
  // Under the key of one that was chosen there may be another render by now.
  const still = new Set(unused.map(({ key, created }) => `${key} ${created}`))
  const renders = chosen.filter(({ key, created }) => still.has(`${key} ${created}`))
  const keys = new Set(renders.map(({ key }) => key))
  let bytes = 0
  const remove = async (file: string): Promise<void> => {
    bytes += await sizeOf(file)
    await writing(store.folder, () => removeDurably(file))
  }
  // In this order a run that dies in between leaves pictures without a record, never the other way round. And once the
  // records are gone, nobody finds a picture by them: who has taken one for other words has a record that names it.
  for (const key of keys) await remove(store.recordFile(key))
  const named = new Set((await readRecords(store)).flatMap((record) => picturesOf(store, record)))
  const going = unused.filter(({ key }) => keys.has(key)).flatMap((record) => picturesOf(store, record))
  for (const picture of new Set(going)) if (!named.has(picture)) await remove(picture)
  return { renders, bytes }
}

/** All that the project asks for, or the reason why that cannot be known. */
async function plannedRenders(engine: Engine): Promise<PlannedRender[]> {
  const { settings } = await engine.project()
  if (settings.allowPackages.length > 0) {
    throw refused(
      'The setting "allowPackages" lets packages ask for renders, and packages are not looked at.',
      'Take "allowPackages" out of the settings for this run, and look twice at what is listed (--dry-run).',
    )
  }
  const { renders, problems } = await survey(engine)
  const problem = oneProblem(problems, engine.root)
  if (problem !== undefined) {
    throw refused(
      `What cannot be read may ask for any render:\n${describe(problem, engine.root)}`,
      'Put this right first. Nothing was removed.',
    )
  }
  if (renders.length === 0) {
    throw refused(
      'Nothing in this folder asks for a picture, so this may not be the project.',
      'Run it where "onetoken plan" lists the pictures, or name the folder with --cwd.',
    )
  }
  return renders
}

/** All records; one that cannot be read may name any picture. */
async function readRecords(store: RenderStore): Promise<RenderRecord[]> {
  const entries = await entriesOf(layoutOf(store.folder).records)
  const names = entries.flatMap(({ name }) => (isTemporaryName(name) ? [] : name))
  const records: RenderRecord[] = []
  for await (const { record, finding } of inOrder(names, AT_ONCE, (name) => checkRecord(store, name, {}))) {
    if (finding?.kind === 'record') {
      const { message } = finding
      throw refused(`A record cannot be used, and may name any picture:\n${message}`, finding.hint ?? '')
    }
    if (record !== undefined) records.push(record)
  }
  return records
}

/** The files of a record's pictures. */
function picturesOf(store: RenderStore, { images }: RenderRecord): string[] {
  return [...new Set(images.map((image) => store.imageFile(image)))]
}

/** How many records name each picture. */
function countNames(store: RenderStore, records: readonly RenderRecord[]): Map<string, number> {
  const namedBy = new Map<string, number>()
  for (const record of records) {
    for (const picture of picturesOf(store, record)) namedBy.set(picture, (namedBy.get(picture) ?? 0) + 1)
  }
  return namedBy
}

function refused(why: string, hint: string): OneTokenError {
  return new OneTokenError('PRUNE_REFUSED', `No render can be said to be unused. ${why}`, { hint })
}
