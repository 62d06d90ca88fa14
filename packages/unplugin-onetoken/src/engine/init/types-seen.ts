import { join } from 'node:path'
import { entryTypes } from '../../output/types-file.ts'
import { DEFAULT_TYPES, typesOf } from '../write-types.ts'
import { exists } from './installed.ts'
import { readLines } from './lines.ts'
import { fileListsOf, isListed, withFile } from './tsconfig.ts'
import type { FileStep, HandWork, InitFacts, InitPart, InitStep } from './types.ts'

const CONFIG = 'tsconfig.json'
/** Where the sources stand in a project whose `tsconfig.json` only refers to others, as those of create-vite do. */
const SOURCES_CONFIG = 'tsconfig.app.json'
const NOTHING: InitPart = { files: [], todo: [] }

/** The types of the entries, as builds write them beside `tsconfig.json`, and that TypeScript sees them. */
export const planTypes: InitStep = async (facts) => {
  const { options, project, newManifest, uses } = facts
  const text = await readLines(join(project.root, CONFIG))
  const hasManifest = project.manifests.length > 0 || newManifest !== undefined
  if (text === undefined || !hasManifest) return NOTHING
  // Without a plugin nobody brings them up to date. One that is in use may write them elsewhere, or nowhere.
  const isThere = await exists(join(project.root, DEFAULT_TYPES))
  if (!isThere && (options.bundlers.length === 0 || uses.length > 0)) return NOTHING
  const seen = await planSeen(project.root, text)
  return { files: [planFile(facts, isThere), ...seen.files], todo: seen.todo }
}

function planFile({ project, newManifest }: InitFacts, isThere: boolean): FileStep {
  const about = 'the types of the entries; builds bring it up to date'
  const file = DEFAULT_TYPES
  if (isThere) return { file, action: 'keep', about }
  const text =
    newManifest === undefined ? typesOf(project) : entryTypes([], [{ path: newManifest, entries: [] }])
  return { file, action: 'create', about, text }
}

async function planSeen(root: string, text: string): Promise<InitPart> {
  const lists = fileListsOf(text)
  // Without lists of its own it sees all that lies beside it, or what the one that it extends says.
  if (lists === undefined || (lists.files === undefined && lists.include === undefined)) return NOTHING
  const refersOnly = lists.include === undefined && lists.files?.items.length === 0
  if (!refersOnly) return seenBy(CONFIG, text)
  const other = await readLines(join(root, SOURCES_CONFIG))
  return other === undefined ? byHand('the tsconfig file of your sources') : seenBy(SOURCES_CONFIG, other)
}

function seenBy(file: string, text: string): InitPart {
  const lists = fileListsOf(text)
  if (lists === undefined) return byHand(file)
  const list = lists.include ?? lists.files
  if (list === undefined || isListed(lists, DEFAULT_TYPES)) return NOTHING
  const step: FileStep = {
    file,
    action: 'change',
    about: 'TypeScript sees these types',
    text: withFile(text, list, DEFAULT_TYPES),
    before: text,
    added: `${JSON.stringify(DEFAULT_TYPES)}\n`,
  }
  return { files: [step], todo: [] }
}

function byHand(file: string): InitPart {
  const todo: HandWork[] = [
    { text: `Add the types of the entries to "include" in ${file}:`, code: JSON.stringify(DEFAULT_TYPES) },
  ]
  return { files: [], todo }
}
