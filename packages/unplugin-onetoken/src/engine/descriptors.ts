import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { canonicalJson, sha256 } from '../canonical-json.ts'
import { OneTokenError } from '../errors.ts'
import type { OutputParameters, Parameters } from '../spec/types.ts'

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
      /** Package below `node_modules` that asks. */
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
      const file = join(cache, 'req', `${sha256(json).slice(0, 20)}.onetoken.mjs`)
      if (known.has(file)) return file
      const text = `${HEAD}${escapeLineBreaks(json)}${BODY}`
      if ((await readFile(file, 'utf8').catch(() => undefined)) !== text) await replace(file, text)
      known.set(file, descriptor)
      return file
    },
    async read(file) {
      const memory = known.get(file)
      if (memory !== undefined) return memory
      const [line = ''] = (await readFile(file, 'utf8')).split('\n', 1)
      if (!line.startsWith(HEAD)) {
        throw new OneTokenError('STORE_UNAVAILABLE', 'A file of the cache is damaged.', {
          hint: `Remove the folder ${dirname(file)}; it is written anew.`,
          place: { file },
        })
      }
      const descriptor = JSON.parse(line.slice(HEAD.length)) as Descriptor
      known.set(file, descriptor)
      return descriptor
    },
  }
}

/** U+2028 and U+2029 end a line comment, but may stand in JSON. */
function escapeLineBreaks(json: string): string {
  return json.replace(/[\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
}

/** Whole or not at all: several builds of one project may write the same descriptor at once. */
async function replace(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`
  await writeFile(temporary, text)
  await rename(temporary, file)
}
