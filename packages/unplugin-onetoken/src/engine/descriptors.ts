import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { canonicalJson, sha256 } from '../canonical-json.ts'
import { OneTokenError } from '../errors.ts'
import type { OutputParameters, Parameters } from '../spec/types.ts'
import { writeWhole } from './write-whole.ts'

/**
 * What a reference resolves to: a small file of its own, which any bundler can load, cache and watch. The words
 * are in it and not in its name, so that no prompt is too long or too strange for a module's id.
 */
export type Descriptor =
  | {
      kind: 'inline'
      parameters: Parameters
      /** Folder of the importer, relative to the root with `/`; only where input pictures are relative to it. */
      base?: string | undefined
      /** Package that asks, below `node_modules` or outside of the project. */
      package?: string | undefined
    }
  | { kind: 'entry'; name: string; parameters: OutputParameters }
  | {
      kind: 'manifest'
      /** Manifest file relative to the root with `/`; absent for all of them. */
      file?: string | undefined
    }

/** Ids of descriptors end so. */
export const DESCRIPTOR_FILE: RegExp = /[\\/]req[\\/][0-9a-f]{20}\.onetoken\.mjs$/

/** Files of pictures that modules import. In the syntax of Go as well, for esbuild. */
export const ASSET_FILE: RegExp =
  /[\\/]\.cache[\\/](?:variants|placeholders)[\\/][^\\/]+\.(?:avif|webp|jpg|png|svg)$/

/** The descriptors of a store. */
export interface Descriptors {
  /** Write a descriptor where it is not there yet, and return its absolute path. */
  write(descriptor: Descriptor): Promise<string>
  /** Read a descriptor back, also one of an earlier process: bundlers keep ids in their caches. */
  read(file: string): Promise<Descriptor>
}

const HEAD = '// onetoken '
const BODY = `
throw new Error('This picture was loaded without the unplugin-onetoken plugin: add it to the configuration of your bundler or test runner.')
export default ''
`

/** Open the descriptors in a store's cache folder. */
export function openDescriptors(cache: string): Descriptors {
  const known = new Map<string, Descriptor>()
  return {
    async write(descriptor) {
      const json = canonicalJson(descriptor)
      const file = join(cache, 'req', nameOf(json))
      if (known.has(file)) return file
      const text = `${HEAD}${escapeLineBreaks(json)}${BODY}`
      if (!holds(file, text)) await writeWhole(file, text)
      known.set(file, descriptor)
      return file
    },
    async read(file) {
      const memory = known.get(file)
      if (memory !== undefined) return memory
      const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
        throw unreadable(file, cause.code === 'ENOENT' ? 'is gone' : `cannot be read (${cause.code})`, cause)
      })
      const descriptor = parseDescriptor(text, file)
      known.set(file, descriptor)
      return descriptor
    },
  }
}

/** A descriptor's name is the digest of what it says: words that were changed would be other words to pay for. */
function parseDescriptor(text: string, file: string): Descriptor {
  const [line = ''] = text.split('\n', 1)
  try {
    if (!line.startsWith(HEAD)) throw new SyntaxError('The first line is missing.')
    const descriptor = JSON.parse(line.slice(HEAD.length)) as Descriptor
    if (basename(file) === nameOf(canonicalJson(descriptor))) return descriptor
    throw new SyntaxError('Its name belongs to other words.')
  } catch (cause) {
    throw unreadable(file, 'is damaged', cause)
  }
}

function unreadable(file: string, what: string, cause: unknown): OneTokenError {
  return new OneTokenError('STORE_UNAVAILABLE', `A file of the cache ${what}.`, {
    hint: `Remove the folder ${dirname(file)} and the cache of the bundler, and build again: both are written anew.`,
    place: { file },
    cause,
  })
}

function nameOf(json: string): string {
  return `${sha256(json).slice(0, 20)}.onetoken.mjs`
}

/** Read at once: it is a small file, there is one for each import, and a turn of the event loop costs more. */
function holds(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'utf8') === text
  } catch {
    return false
  }
}

/** U+2028 and U+2029 end a line comment, but may stand in JSON. */
function escapeLineBreaks(json: string): string {
  return json.replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
}
