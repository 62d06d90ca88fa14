import { join, relative } from 'node:path'
import type { Project } from '../../project/project.ts'
import { visible } from '../../spec/text.ts'
import { layoutOf } from '../../store/layout.ts'
import { inShell } from '../../store/messages.ts'
import { askGit } from '../git.ts'
import { toPosix } from '../references.ts'
import { readLines, withLines } from './lines.ts'
import { writesToRemote } from './settings.ts'
import type { FileStep, HandWork, InitFacts, InitPart, InitStep } from './types.ts'

const KEY_FILE = '.env.local'
const LARGE = 'filter=lfs diff=lfs merge=lfs -text'

/** Something that git is to leave out. */
interface Ignorable {
  /** What git is asked about. */
  path: string
  /** The line that is added. */
  line: string
  what: string
  /** Whether a line of `.gitignore` names it, where git cannot be asked. */
  isNamed: (line: string) => boolean
}

/** That git never gets the file with the key, nor pictures that a remote store keeps. */
export const planIgnored: InitStep = async (facts) => {
  const { root } = facts.project
  const file = '.gitignore'
  const text = await readLines(join(root, file))
  const all = [keyFile, ...picturesElsewhere(facts)]
  const lacking: Ignorable[] = []
  for (const one of all) if (!(await isIgnored(root, one, text ?? ''))) lacking.push(one)
  const about = `ignores ${(lacking.length === 0 ? all : lacking).map(({ what }) => what).join(', and ')}`
  if (lacking.length > 0) {
    return { files: [withLines({ file, text, lines: lacking.map(({ line }) => line), about })], todo: [] }
  }
  // Where there is none, one of a folder above says it.
  return { files: text === undefined ? [] : [{ file, action: 'keep', about }], todo: [] }
}

const keyFile: Ignorable = {
  path: KEY_FILE,
  line: KEY_FILE,
  what: `${KEY_FILE}, which has the key`,
  isNamed: (line) => /^\/?(?:\.env\.local|\.env\.\*|\.env\*|\.env\*\.local|\*\.local)$/.test(line),
}

/** Pictures are ignored only where the settings put them into a remote store: elsewhere git may be all that keeps them. */
function picturesElsewhere(facts: InitFacts): Ignorable[] {
  const folder = pictureFolder(facts.project)
  if (facts.options.keeping !== 'remote' || !writesToRemote(facts) || isOutside(folder)) return []
  const line = `/${escaped(folder)}/`
  const isNamed = (other: string): boolean => [line, line.slice(1), line.slice(0, -1)].includes(other)
  return [{ path: pictures(folder)[0] ?? '', line, what: 'pictures, which the remote store keeps', isNamed }]
}

async function isIgnored(root: string, { path, isNamed }: Ignorable, text: string): Promise<boolean> {
  // What is committed already counts as ignored, too, when the rules say so.
  const answer = await askGit(root, 'check-ignore', '--quiet', '--no-index', '--', path)
  if (answer?.status === 0) return true
  const rules = text.split(/\r?\n/).map((line) => line.trim())
  return isNamed(rules.findLast((rule) => isNamed(rule.replace(/^!/, ''))) ?? '')
}

/** That renders are kept where their author wants them. */
export const planKeeping: InitStep = async (facts) => {
  const { files, todo } = await planPictures(facts)
  return { files, todo: [...(await lostToGit(facts)), ...todo] }
}

async function planPictures(facts: InitFacts): Promise<InitPart> {
  const { options, project } = facts
  if (options.keeping === 'git') return { files: [], todo: [] }
  if (options.keeping === 'lfs') return await planLargeFiles(project)
  if (!writesToRemote(facts)) {
    const folder = visible(pictureFolder(project))
    const text = `Commit the records of the renders. Once the pictures are in the remote store, git may ignore ${folder}.`
    return { files: [], todo: [{ text }] }
  }
  const text =
    'Commit the records of the renders. Pictures that are here already go into the remote store with:'
  return { files: [], todo: [{ text, code: 'npx --no-install onetoken sync' }] }
}

/** Renders that git is told to leave out, as by `images/`, would be on one machine only. */
async function lostToGit({ options: { keeping }, project }: InitFacts): Promise<HandWork[]> {
  const { root, store } = project
  const record = toPosix(relative(root, join(layoutOf(store).records, `${'0'.repeat(64)}.json`)))
  const paths = [record, ...(keeping === 'remote' ? [] : pictures(pictureFolder(project)))]
  const answers = await Promise.all(
    paths.map((path) => askGit(root, 'check-ignore', '--quiet', '--no-index', '--', path)),
  )
  const lost = paths.find((_, index) => answers[index]?.status === 0)
  if (lost === undefined) return []
  const text =
    'Git ignores renders, which are paid for and cannot be made again. Take out the rule that says so, or make it narrower:'
  return [{ text, code: `git check-ignore --verbose --no-index ${inShell(lost)}` }]
}

async function planLargeFiles(project: Project): Promise<InitPart> {
  const { root } = project
  const folder = pictureFolder(project)
  const todo = [await installing(root)]
  if (isOutside(folder)) {
    const text =
      'The store lies outside of this folder. Write into .gitattributes, in the folder that holds "images":'
    return { files: [], todo: [{ text, code: `images/** ${LARGE}` }, ...todo] }
  }
  return { files: [await attributes(root, folder)], todo }
}

async function attributes(root: string, folder: string): Promise<FileStep> {
  const file = '.gitattributes'
  const about = 'Git LFS keeps the pictures'
  const text = await readLines(join(root, file))
  const pattern = attributePattern(folder)
  const answer = await askGit(root, 'check-attr', 'filter', '--', ...pictures(folder))
  const rules = answer?.status === 0 ? answer.output.trim().split('\n') : []
  const isKept = rules.length > 0 && rules.every((rule) => rule.endsWith(': filter: lfs'))
  // Where there is no repository, git does not know.
  const isWritten = (text ?? '').includes(`${pattern} filter=lfs`)
  return isKept || isWritten
    ? { file, action: 'keep', about }
    : withLines({ file, text, lines: [`${pattern} ${LARGE}`], about })
}

async function installing(root: string): Promise<HandWork> {
  const isHere = (await askGit(root, 'lfs', 'version'))?.status === 0
  const text = isHere
    ? 'Once on each machine:'
    : 'Git LFS is not on this machine: without it, git commits the pictures themselves. Install it (https://git-lfs.com), then:'
  return { text, code: 'git lfs install' }
}

const pictureFolder = ({ root, store }: Project): string => toPosix(relative(root, layoutOf(store).images))

const isOutside = (folder: string): boolean => folder.startsWith('../') || folder.includes(':')

/** One picture of each kind that the API makes, for what git does with such. */
const pictures = (folder: string): string[] =>
  ['png', 'webp', 'jpg'].map((extension) => `${folder}/${'0'.repeat(64)}.${extension}`)

/** A path as a pattern that matches nothing else. */
const escaped = (path: string): string => path.replaceAll(/[\\*?[]/g, '\\$&')

/** All that is in a folder. In `.gitattributes` a path with spaces stands in quotes. */
function attributePattern(folder: string): string {
  const pattern = `${escaped(folder)}/**`
  return /[\s"]|^[#!]/.test(pattern) ? JSON.stringify(pattern) : pattern
}
