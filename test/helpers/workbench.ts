import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { identify, type IdentifiedSpec } from '../../packages/unplugin-onetoken/src/engine/identify.ts'
import type { PictureState } from '../../packages/unplugin-onetoken/src/engine/looks.ts'
import type { Asker } from '../../packages/unplugin-onetoken/src/engine/renders.ts'
import { createTally } from '../../packages/unplugin-onetoken/src/engine/summary.ts'
import { openProjectStore } from '../../packages/unplugin-onetoken/src/engine/project-store.ts'
import { createWorkshop } from '../../packages/unplugin-onetoken/src/engine/workshop.ts'
import { OneTokenError } from '../../packages/unplugin-onetoken/src/errors.ts'
import { loadProject } from '../../packages/unplugin-onetoken/src/project/project.ts'
import { entrySpec } from '../../packages/unplugin-onetoken/src/project/specs.ts'
import type { RenderRecord } from '../../packages/unplugin-onetoken/src/store/record.ts'
import { headerSize, type Encoder } from '../../packages/unplugin-onetoken/src/variants/index.ts'
import { sha256 } from './digests.ts'
import { apiEnv } from './site.ts'

/** What a page gets, or why it gets nothing. */
export type Outcome = { served: string } | { error: OneTokenError }

/** A project whose engine runs in this process, with the real store and the real client, and an encoder that looks. */
export interface Workbench {
  root: string
  /** Absolute path of the record of an entry. */
  recordFile(name: string): string
  /** Absolute path of the picture that an entry uses. */
  imageFile(name: string): Promise<string>
  /** The picture of an entry as a build or a person gets it: found, or rendered, then cut with nothing cached. */
  obtain(name: string, purpose?: Asker['purpose']): Promise<Outcome>
  stateOf(name: string): Promise<{ state: PictureState; problem?: OneTokenError | undefined }>
  /** Digests of the files from which something was encoded although they are others than they should be. */
  readonly wronglyEncoded: readonly string[]
}

/** Open the engine on a project with these files; its renders are those of an API at `url`. */
export async function openWorkbench(
  url: string,
  files: Record<string, string | Uint8Array>,
): Promise<Workbench> {
  const root = await mkdtemp(join(tmpdir(), 'picture-damage-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  const project = await loadProject({ root, mode: 'production', env: apiEnv(url) })
  const wronglyEncoded: string[] = []
  const log = { info: () => {}, warn: () => {} }
  const projectStore = await openProjectStore(project, { log, purpose: 'build' })
  const { store } = projectStore
  const { renders, cut, close } = createWorkshop(
    project,
    projectStore,
    { log },
    lookingEncoder(wronglyEncoded),
  )
  onTestFinished(close)
  const identified = new Map<string, IdentifiedSpec>()
  for (const name of project.entries.keys()) {
    identified.set(name, await identify(entrySpec(project, name), project))
  }
  const of = (name: string): IdentifiedSpec => {
    const found = identified.get(name)
    if (found === undefined) throw new Error(`There is no entry ${name}`)
    return found
  }

  return {
    root,
    wronglyEncoded,
    recordFile: (name) => store.recordFile(of(name).key),
    async imageFile(name) {
      const record = JSON.parse(await readFile(store.recordFile(of(name).key), 'utf8')) as RenderRecord
      const image = record.images[of(name).spec.pick - 1]
      if (image === undefined) throw new Error(`${name} has no picture`)
      return store.imageFile(image)
    },
    stateOf: (name) => renders.stateOf(of(name)),
    async obtain(name, purpose = 'build') {
      await rm(join(store.cache, 'variants'), { recursive: true, force: true })
      try {
        const obtained = await renders.obtain(of(name), { purpose })
        if ('placeholder' in obtained) return { served: `placeholder: ${obtained.placeholder}` }
        const { files } = await cut(of(name), obtained.record, createTally())
        return { served: await readFile(files[0]?.file ?? '', 'utf8') }
      } catch (error) {
        if (error instanceof OneTokenError) return { error }
        throw error
      }
    },
  }
}

const PREVIEW = {
  blurDataURL: 'data:image/webp;base64,AAAA',
  blurWidth: 4,
  blurHeight: 3,
  color: '#aabbcc',
}

/** Writes, in place of a picture, the digest of the bytes from which it would have encoded. */
function lookingEncoder(wrong: string[]): Encoder {
  return {
    async encode({ source, files, folder }) {
      const digest = sha256(await readFile(source.file))
      if (digest !== source.sha256) wrong.push(digest)
      const written = files.map(async (file) => {
        const path = join(folder, `${file.width}.${file.format}`)
        await writeFile(path, digest)
        return { ...file, file: path, bytes: digest.length, sha256: sha256(digest) }
      })
      return { files: await Promise.all(written), preview: PREVIEW }
    },
    async inspect(image) {
      const facts = headerSize(typeof image === 'string' ? await readFile(image) : image)
      if (facts === undefined) throw new OneTokenError('IMAGE_INVALID', 'It is no picture.')
      return { ...facts, alpha: false }
    },
    // PNGs that lie upright go as they are.
    async convertInput(bytes) {
      const facts = headerSize(bytes)
      if (facts?.format !== 'png') throw new Error('nothing is converted')
      const size = { width: facts.width, height: facts.height }
      return { bytes, ...size, before: { ...size, orientation: 1 }, note: undefined }
    },
    convertMask: () => Promise.reject(new Error('nothing is converted')),
    close: async () => {},
  }
}
