import { readFileSync } from 'node:fs'
import { access, rename, rm, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { sha256 } from '../canonical-json.ts'
import { makeFolder } from '../make-folder.ts'
import type { Manifest } from '../spec/manifest.ts'

/**
 * Manifests as they were read. To parse a thousand entries takes longer than all else that a build with its renders does;
 * the text decides which of them is right.
 */
export interface ManifestCache {
  get(file: string, text: string): Manifest | undefined
  /** Does nothing where no store is: to look at a project writes nothing into it. */
  put(file: string, text: string, manifest: Manifest): Promise<void>
}

/** A digest of the sources that read manifests, which the build of the package puts here. */
declare const MANIFEST_READER: string

/** The manifests in `cache` (absolute), the cache folder of a store. What another `reader` has read is not taken. */
export function openManifestCache(
  cache: string,
  reader: string = typeof MANIFEST_READER === 'string' ? MANIFEST_READER : 'sources',
): ManifestCache {
  const folder = join(cache, 'manifests')
  /**
   * What a manifest is read from, by what (another release may read it in another way), and what it was read as: words
   * that were damaged would be other words to pay for.
   */
  const headOf = (file: string, text: string, json: string): string =>
    `${sha256(`${reader}\n${file}\n${text}`)} ${sha256(json)}`
  const pathOf = (file: string): string => join(folder, `${basename(file)}-${sha256(file).slice(0, 12)}.json`)
  return {
    get(file, text) {
      try {
        const [head, json = ''] = readFileSync(pathOf(file), 'utf8').split('\n')
        return head === headOf(file, text, json) ? (JSON.parse(json) as Manifest) : undefined
      } catch {
        // Absent, or damaged: it is read as it is written.
        return undefined
      }
    },
    async put(file, text, manifest) {
      const path = pathOf(file)
      const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
      try {
        await access(cache)
        await makeFolder(dirname(path))
        const json = JSON.stringify(manifest)
        await writeFile(temporary, `${headOf(file, text, json)}\n${json}\n`)
        await rename(temporary, path)
      } catch {
        // The next one who reads the manifest has the work once more.
        await rm(temporary, { force: true }).catch(() => undefined)
      }
    },
  }
}
