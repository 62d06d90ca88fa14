import { existsSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { asOneTokenError } from '../../errors.ts'
import { probeFolder } from '../../store/durable.ts'
import { examine } from '../../store/examine.ts'
import { inOrder } from '../../store/in-order.ts'
import { layoutOf } from '../../store/layout.ts'
import { entriesOf, extentOf, isImageName, sizeOf, storeExtentOf } from '../../store/listing.ts'
import { display, reasonOf, storeWriteError } from '../../store/messages.ts'
import { troubleOf } from '../../store/record.ts'
import { askGit } from '../git.ts'
import { count, size } from '../summary.ts'
import { toPosix } from '../references.ts'
import type { Diagnosis, DoctorCheck } from './types.ts'

/** Where the renders are, how many, and whether there can be more. */
export const checkStoreFolder: DoctorCheck = async ({ store }) => {
  try {
    return [await describeStore(store), ...(await checkWritable(store))]
  } catch (thrown) {
    return [{ about: 'store', mark: 'problem', text: reasonOf(thrown), hint: asOneTokenError(thrown)?.hint }]
  }
}

async function describeStore(store: string): Promise<Diagnosis> {
  if (!existsSync(store)) {
    return { about: 'store', mark: 'ok', text: `${display(store)}, which the first render makes` }
  }
  const { renders, pictures } = await storeExtentOf(store)
  const { bytes } = await extentOf(layoutOf(store).cache)
  const parts = [
    `${count(renders.files, 'render')} (${size(renders.bytes)})`,
    `${count(pictures.files, 'picture')} (${size(pictures.bytes)})`,
    `a cache of ${size(bytes)}`,
  ]
  return { about: 'store', mark: 'ok', text: `${display(store)}: ${parts.join(', ')}` }
}

/** Only writing tells. A store that is not there is not made: then it is about the folder that it would be made in. */
async function checkWritable(store: string): Promise<Diagnosis[]> {
  try {
    await probeFolder(nearestFolder(store))
    return []
  } catch (cause) {
    const { message, hint } = storeWriteError(store, cause)
    return [{ about: 'store', mark: 'problem', text: message, hint }]
  }
}

function nearestFolder(path: string): string {
  let folder = path
  while (!isFolder(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

/** A name that no file has, so that git tells what it would do with a new one. */
const ANY = '0'.repeat(64)

/** Whether git keeps the renders, and Git LFS the pictures. */
export const checkGit: DoctorCheck = async ({ store, project }) => {
  const folder = nearestFolder(store)
  const { records, images } = layoutOf(store)
  const [record, picture] = [join(records, `${ANY}.json`), join(images, `${ANY}.png`)].map((file) =>
    toPosix(relative(folder, file)),
  ) as [string, string]
  const inside = await askGit(folder, 'rev-parse', '--is-inside-work-tree')
  if (inside?.status !== 0) {
    const [line = ''] = (inside?.errors ?? 'git is not installed, or does not answer').split('\n', 1)
    const text = `does not look after the store: ${line}`
    const hint = 'Renders cannot be made again: keep a copy of the store somewhere.'
    return [{ about: 'git', mark: 'note', text, hint }]
  }
  // Pictures may live in the remote store alone.
  const kept = project?.settings.remote === undefined ? [record, picture] : [record]
  const ignored = await checkIgnored(folder, kept)
  if (ignored.length === 0) ignored.push({ about: 'git', mark: 'ok', text: 'takes the renders' })
  return [...ignored, ...(await checkLargeFiles(folder, images, picture))]
}

async function checkIgnored(folder: string, files: readonly string[]): Promise<Diagnosis[]> {
  const diagnoses: Diagnosis[] = []
  for (const file of files) {
    const answer = await askGit(folder, 'check-ignore', '--verbose', '--', file)
    if (answer?.status !== 0) continue
    const [rule = ''] = answer.output.split('\t', 1)
    diagnoses.push({
      about: 'git',
      mark: 'problem',
      text: `ignores ${dirname(file)}, so that what is paid for is not committed (${rule})`,
      hint: 'Take that line out, or narrow it: only .cache can be made again.',
    })
  }
  return diagnoses
}

async function checkLargeFiles(folder: string, images: string, picture: string): Promise<Diagnosis[]> {
  const about = 'Git LFS'
  const attribute = await askGit(folder, 'check-attr', 'filter', '--', picture)
  const isTracked = /: filter: lfs\s*$/.test(attribute?.output ?? '')
  const pointers = await countPointers(images)
  if (!isTracked && pointers === 0) return []
  const installed = (await askGit(folder, 'lfs', 'version'))?.status === 0
  const diagnoses: Diagnosis[] = []
  if (isTracked) diagnoses.push({ about, mark: 'ok', text: 'keeps the pictures' })
  if (!installed) {
    const hint = 'Install it (https://git-lfs.com), then: git lfs install'
    diagnoses.push({ about, mark: 'problem', text: 'is not installed on this machine', hint })
  }
  if (pointers > 0) {
    const text = `${count(pointers, 'picture is a pointer', 'pictures are pointers')} to what was not fetched`
    diagnoses.push({ about, mark: 'problem', text, hint: 'Fetch what they point to: git lfs pull' })
  }
  return diagnoses
}

/** A pointer is a few lines of text; no picture of a render is that small. */
const LONGEST_POINTER = 1024

async function countPointers(images: string): Promise<number> {
  const names = (await entriesOf(images).catch(() => [])).flatMap(({ name }) =>
    isImageName(name) ? name : [],
  )
  let pointers = 0
  const isPointer = async (name: string): Promise<boolean> => {
    const file = join(images, name)
    if ((await sizeOf(file)) > LONGEST_POINTER) return false
    const found = await examine(file).catch(() => undefined)
    return found !== undefined && troubleOf(found.start) === 'pointer'
  }
  for await (const is of inOrder(names, 8, isPointer)) if (is) pointers += 1
  return pointers
}
