import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { checkPicture, picturesOf, type NamedPicture } from './check-pictures.ts'
import { checkRecord } from './check-records.ts'
import { asOneTokenError } from '../errors.ts'
import { createDurably, type Created } from './durable.ts'
import type { RenderStore } from './file-store.ts'
import { noteOf, repaired, unreadProblem, type Finding, type FindingKind } from './finding.ts'
import { GIT_FILES, lackingPatterns, linesOf } from './git-files.ts'
import { inOrder } from './in-order.ts'
import { openIntents } from './intents.ts'
import { layoutOf } from './layout.ts'
import { clearLeftover, leftoversOf } from './leftovers.ts'
import { entriesOf, isImageName, isTemporaryName, sizeOf, type Extent } from './listing.ts'
import { writing } from './messages.ts'
import type { RecordImage } from './record.ts'
import { putAsideIn } from './replaced.ts'

export type { Finding, FindingKind } from './finding.ts'

/** Something of a render that another place may have. */
export type Wanted = { what: 'record'; key: string } | { what: 'picture'; image: RecordImage }

/** What a check works with. */
export interface CheckParts {
  /** Format of a picture by its first bytes, in the words of records. */
  format(start: Uint8Array): string | undefined
  now(): number
  /** Present: what is wrong is brought right as far as that can be done without losing anything. */
  repair?:
    | {
        /** Put the right bytes into the store, from wherever a copy is kept, and say whether that was done. */
        restore?: ((wanted: Wanted) => Promise<boolean>) | undefined
      }
    | undefined
  watcher?: CheckWatcher | undefined
  /**
   * How messages call what asks for a render now; `false` where nothing does, undefined where that is not known. `label`
   * is how its record calls it.
   */
  wantedBy?: ((key: string, label: string | undefined) => Promise<string | false | undefined>) | undefined
}

/** Is told how far a check is. */
export interface CheckWatcher {
  /** Files that will be looked at. */
  begin(files: number): void
  record(): void
  /** `bytes` is its length; 0 when it is not there. */
  picture(bytes: number): void
  /** A file that is neither. */
  other(): void
}

/** Files read at once. More of them are no faster on one disk, and each holds a piece of its file. */
const AT_ONCE = 4

/**
 * Look at every file of a store, and at every byte of its pictures. Nothing is changed without `parts.repair`, and
 * nothing is lost with it. What is held meanwhile are names, a few hundred bytes a picture.
 */
export async function* checkStore(store: RenderStore, parts: CheckParts): AsyncGenerator<Finding> {
  const { records, images } = layoutOf(store.folder)
  if ((await entriesOf(store.folder)).length === 0) return
  const named = new Map<string, NamedPicture>()
  const recordNames = await namesIn(records)
  const imageNames = await namesIn(images)
  parts.watcher?.begin(recordNames.length + imageNames.length)
  let unread = 0
  const standing = await openIntents(store.cache).all(() => (unread += 1))
  const answers = standing.flatMap(({ arrived }) => arrived?.images ?? [])
  const awaited = new Set(answers.map((image) => basename(store.imageFile(image))))
  for await (const checked of inOrder(recordNames, AT_ONCE, (name) => checkRecord(store, name, parts))) {
    if (checked.finding?.kind === 'foreign') parts.watcher?.other()
    else parts.watcher?.record()
    if (checked.finding !== undefined) yield checked.finding
    if (checked.record === undefined && checked.finding?.kind === 'record') unread += 1
    if (checked.record === undefined) continue
    for (const [name, picture] of picturesOf(store, checked.record)) {
      const known = named.get(name)
      if (known === undefined) named.set(name, picture)
      else known.of.push(...picture.of)
    }
  }
  for await (const checked of inOrder(named.values(), AT_ONCE, (one) => checkPicture(store, one, parts))) {
    parts.watcher?.picture(checked.bytes)
    if (checked.finding !== undefined) yield checked.finding
  }
  for (const name of imageNames) {
    if (named.has(name)) continue
    parts.watcher?.other()
    yield await unnamed(join(images, name), { isAwaited: awaited.has(name), mayBeNamed: unread > 0 })
  }
  yield* orUnread('leftover', leftovers(store, parts))
  yield* gitFiles(store, parts)
  yield* orUnread('quarantine', quarantined(store))
}

/** Temporary files are another matter. */
async function namesIn(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder)
  return entries.flatMap(({ name }) => (isTemporaryName(name) ? [] : name))
}

/** What cannot be read is a finding as well, and keeps nobody from hearing of the others. */
async function* orUnread(kind: FindingKind, findings: AsyncIterable<Finding>): AsyncGenerator<Finding> {
  try {
    yield* findings
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error?.code !== 'STORE_UNAVAILABLE') throw thrown
    yield unreadProblem(kind, error)
  }
}

async function unnamed(
  file: string,
  { isAwaited, mayBeNamed }: { isAwaited: boolean; mayBeNamed: boolean },
): Promise<Finding> {
  if (!isImageName(basename(file))) {
    return noteOf('foreign', file, 'is no picture of a render', { hint: 'Nothing here has written it.' })
  }
  const bytes = await sizeOf(file)
  if (isAwaited) {
    const hint =
      'Leave it there: whoever finishes the request finds it, the next build or: npx --no-install onetoken verify --repair'
    return noteOf('orphan', file, 'is the answer to a request, and has no record yet', { hint, bytes })
  }
  if (mayBeNamed) return noteOf('orphan', file, 'is named by none of the records that can be used', { bytes })
  const hint = 'A picture that was rendered anew leaves the former one. Remove it if nobody wants it.'
  return noteOf('orphan', file, 'is named by no record', { hint, bytes })
}

async function* leftovers(store: RenderStore, { repair, now }: CheckParts): AsyncGenerator<Finding> {
  for await (const leftover of leftoversOf(store, now())) {
    const { path, bytes } = leftover
    const note = noteOf('leftover', path, 'was left behind by a process that died', { bytes })
    if (repair === undefined) {
      yield { ...note, hint: 'To clear it away: npx --no-install onetoken verify --repair' }
      continue
    }
    const cleared = await clearLeftover(store, leftover)
    if (cleared === 'removed') yield repaired(note, 'It was removed.')
    else if (cleared === 'aside') yield repaired(note, 'It was moved into the quarantine.')
    else yield { ...note, hint: 'It stays while a request stands, as the answer may be in it.' }
  }
}

async function* gitFiles({ folder }: RenderStore, { repair }: CheckParts): AsyncGenerator<Finding> {
  for (const name of Object.keys(GIT_FILES) as (keyof typeof GIT_FILES)[]) {
    const file = join(folder, name)
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text === undefined) {
      const note = noteOf('git', file, 'cannot be read')
      const write = (): Promise<Created> => createDurably(file, Buffer.from(GIT_FILES[name]))
      if (repair !== undefined && (await writing(folder, write)) === 'created') {
        yield repaired(note, 'It was written anew.')
      } else yield { ...note, hint: 'To write it anew: npx --no-install onetoken verify --repair' }
      continue
    }
    const lacking = lackingPatterns(name, text)
    if (lacking.length > 0) {
      const lines = linesOf(name, lacking).join('\n')
      yield noteOf('git', file, `says nothing about ${lacking.join(', ')}`, { hint: `Add to it:\n${lines}` })
    }
  }
}

async function* quarantined(store: RenderStore): AsyncGenerator<Finding> {
  const { quarantine } = layoutOf(store.folder)
  const replaced: Extent = { files: 0, bytes: 0 }
  const others: Extent = { files: 0, bytes: 0 }
  for await (const { bytes, isReplaced } of putAsideIn(store)) {
    const extent = isReplaced ? replaced : others
    extent.files += 1
    extent.bytes += bytes
  }
  if (replaced.files > 0) {
    const what = replaced.files === 1 ? '1 record that was' : `${replaced.files} records that were`
    const hint =
      'No build needs a record that was replaced, and its picture stays where it is. To remove such records: npx --no-install onetoken prune --replaced'
    yield noteOf('quarantine', quarantine, `has ${what} replaced`, { hint, bytes: replaced.bytes })
  }
  if (others.files > 0) {
    const what = others.files === 1 ? '1 file that was' : `${others.files} files that were`
    const hint = 'No build needs it, but it may have been paid for: look at it before you remove it.'
    yield noteOf('quarantine', quarantine, `has ${what} put aside`, { hint, bytes: others.bytes })
  }
}
