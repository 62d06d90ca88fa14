import { basename } from 'node:path'
import type { CheckParts } from './check.ts'
import { examine, type Examined } from './examine.ts'
import type { RenderStore } from './file-store.ts'
import { problemOf, repaired, type Finding } from './finding.ts'
import { labelOf, unavailable, unreadable, WHY, type BadFile } from './messages.ts'
import { troubleOf, type RecordImage, type RenderRecord } from './record.ts'

/** A picture by what the first record says that names it. */
export interface NamedPicture {
  image: RecordImage
  /** The renders that it is of. */
  of: { key: string; label: string }[]
}

/** The pictures that a record names, by the names of their files. */
export function picturesOf(store: RenderStore, record: RenderRecord): [name: string, named: NamedPicture][] {
  const of = { key: record.key, label: labelOf(record) }
  return record.images.map((image) => [basename(store.imageFile(image)), { image, of: [of] }])
}

/** What the check made of one picture. */
export interface CheckedPicture {
  /** Length of the file. */
  bytes: number
  finding?: Finding | undefined
}

/** Look at every byte of a picture that a record names. */
export async function checkPicture(
  store: RenderStore,
  named: NamedPicture,
  parts: Pick<CheckParts, 'format' | 'repair' | 'wantedBy'>,
): Promise<CheckedPicture> {
  const file = store.imageFile(named.image)
  const look = async (): Promise<Look> => await lookAt(file, named.image, parts.format)
  try {
    const { bytes, bad } = await look()
    if (bad === undefined) return { bytes }
    return { bytes, finding: await mend(store, named, bad, look, parts) }
  } catch (cause) {
    return { bytes: 0, finding: problemOf('picture', file, unreadable(file, cause)) }
  }
}

/** What is wrong with a picture; nothing, most of the time. */
interface Look {
  bytes: number
  bad?: Pick<BadFile, 'state' | 'why'> | undefined
}

async function lookAt(file: string, image: RecordImage, formatOf: CheckParts['format']): Promise<Look> {
  const examined = await examine(file)
  if (examined === undefined) return { bytes: 0, bad: { state: 'absent', why: WHY.absent } }
  const { bytes, sha256, start } = examined
  if (sha256 !== image.sha256) return { bytes, bad: otherBytes(examined, image) }
  const format = formatOf(start)
  if (format !== image.format) {
    const what = format === undefined ? 'no picture' : `a picture in the format ${format}`
    return { bytes, bad: { state: 'mislabelled', why: `is ${what}, whatever its name says` } }
  }
  return { bytes }
}

function otherBytes({ bytes, start }: Examined, image: RecordImage): Look['bad'] {
  const state = troubleOf(start)
  const isCut = state === 'damaged' && bytes !== image.bytes
  return { state, why: isCut ? `has ${bytes} bytes, and its record says ${image.bytes}` : WHY[state] }
}

/** Put damaged bytes aside, so that nothing takes them for the picture, and have the right ones brought. */
async function mend(
  store: RenderStore,
  { image, of }: NamedPicture,
  bad: Pick<BadFile, 'state' | 'why'>,
  look: () => Promise<Look>,
  { repair, wantedBy }: Pick<CheckParts, 'repair' | 'wantedBy'>,
): Promise<Finding> {
  const file = store.imageFile(image)
  const moved =
    repair !== undefined && bad.state === 'damaged'
      ? await store.setAsideImage(image).catch(() => undefined)
      : undefined
  const who = await askedFor(of, wantedBy)
  const problem = problemOf('picture', file, unavailable({ what: 'picture', file, ...bad, ...who, moved }))
  if ((await repair?.restore?.({ what: 'picture', image })) !== true) return problem
  return (await look()).bad === undefined ? repaired(problem, 'It was brought back.') : problem
}

/** How messages call a picture, and whether no render is asked for any more that it is of. */
async function askedFor(
  of: NamedPicture['of'],
  wantedBy: CheckParts['wantedBy'],
): Promise<Pick<BadFile, 'label' | 'isFormer'>> {
  let isFormer = of.length > 0
  for (const { key, label } of of) {
    const by = await wantedBy?.(key, label)
    if (typeof by === 'string') return { label: by }
    if (by === undefined) isFormer = false
  }
  return { label: of[0]?.label, isFormer }
}
