import { OneTokenError } from '../errors.ts'
import { PRETEND } from '../spec/loopback.ts'
import { didYouMean } from '../spec/nearest.ts'
import { quote } from '../spec/text.ts'
import { inOrder } from '../store/in-order.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { RecordImage, RenderRecord } from '../store/record.ts'
import type { Engine } from './engine.ts'
import { keyBefore } from './lineages.ts'
import { namedPicture, pictureNames } from './named-picture.ts'

/** Renders that are on this machine, for finding one whose words have changed since. */
export interface FormerRenders {
  /** With pictures, newest first. */
  records: RenderRecord[]
  /** How many records cannot be read. */
  unread: number
}

/** A render, and the pictures of it that are taken. */
export interface TakenPictures {
  record: RenderRecord
  images: RecordImage[]
}

const AT_ONCE = 8

const timeOf = ({ created }: RenderRecord): number => Date.parse(created) || 0

/** Read all records of the store on this machine. Pretend pictures and others are never taken for each other. */
export async function formerRenders(engine: Engine): Promise<FormerRenders> {
  const { local } = await engine.store()
  const { provider } = await engine.project()
  const records: RenderRecord[] = []
  let unread = 0
  for await (const lookup of inOrder(await local.keys(), AT_ONCE, (key) => local.find(key))) {
    if (lookup.state === 'unavailable') unread += 1
    if (lookup.state !== 'found' || lookup.record.images.length === 0) continue
    if ((lookup.record.provider === PRETEND) === (provider === PRETEND)) records.push(lookup.record)
  }
  return { records: records.sort((a, b) => timeOf(b) - timeOf(a)), unread }
}

/** Add a record that was written since, in the place of the one that had its key. */
export function addFormer({ records }: FormerRenders, record: RenderRecord): void {
  const replaced = records.findIndex(({ key }) => key === record.key)
  if (replaced >= 0) records.splice(replaced, 1)
  const older = records.findIndex((one) => timeOf(one) <= timeOf(record))
  records.splice(older < 0 ? records.length : older, 0, record)
}

/** The newest render of an entry, other than the one of `key`. */
export function newestOf({ records }: FormerRenders, name: string, key: string): RenderRecord | undefined {
  return records.find((record) => record.name === name && record.key !== key && hasStood(record, records))
}

/** Whether a record was ever used: one that came second was put aside at once. */
function hasStood(record: RenderRecord, records: readonly RenderRecord[]): boolean {
  const before = keyBefore(record)
  const standing = before === undefined ? undefined : records.find(({ key }) => key === before)
  return standing === undefined || timeOf(standing) > timeOf(record)
}

/**
 * The pictures that `from` names. Of a key, and of a name that no entry has any more, they are all that the render has:
 * nothing says which one was used. Another entry shows one of its candidates, and that one is taken, so that `target`
 * shows it as well; the others come with it where both ask for as many and pick the same number.
 */
export async function picturesFrom(
  engine: Engine,
  former: FormerRenders,
  from: string,
  target: ImageSpec,
): Promise<TakenPictures> {
  const { records } = former
  if (/^[\da-f]{64}$/.test(from)) {
    const record = records.find(({ key }) => key === from)
    if (record !== undefined) return allOf(record)
    throw new OneTokenError('NO_PICTURE', `There is no render with the key ${from} that has pictures.`, {
      hint: `The keys are the names of the files in the folder "renders" of the store.${unreadNote(former)}`,
    })
  }
  const project = await engine.project()
  const known = pictureNames(project)
  const newest = newestOf(former, from, '')
  if (known.includes(from)) {
    const { spec } = namedPicture(project, from)
    const identified = await (await engine.family()).identify(spec)
    const { uses = identified.key } = await engine.stateOf(identified, { asItIs: true })
    const record = records.find(({ key }) => key === uses) ?? newest
    if (record !== undefined) return from === target.name ? allOf(record) : shownOf(record, spec, target)
  }
  if (newest !== undefined) return allOf(newest)
  const names = [...new Set([...known, ...records.flatMap(({ name }) => name ?? [])])]
  throw new OneTokenError(
    'NO_PICTURE',
    `There is no picture of ${quote(from)}${didYouMean(from, names) || '.'}`,
    {
      hint: `--from takes the name of an entry, also of one that was renamed, or the key of a render.${unreadNote(former)}`,
    },
  )
}

/** All pictures of a render. */
export function allOf(record: RenderRecord): TakenPictures {
  return { record, images: record.images }
}

/** The picture that an entry shows of its render, as another one is to show it. */
function shownOf(record: RenderRecord, source: ImageSpec, target: ImageSpec): TakenPictures {
  const isAlike = source.pick === target.pick && source.render.request.n === target.render.request.n
  const shown = record.images[source.pick - 1]
  return isAlike || shown === undefined ? allOf(record) : { record, images: [shown] }
}

/** Said where a picture may be missing because its record cannot be read. */
export function unreadNote({ unread }: FormerRenders): string {
  if (unread === 0) return ''
  const what = unread === 1 ? '1 record cannot be read' : `${unread} records cannot be read`
  return `\n${what}: see npx --no-install onetoken verify`
}
