import { join } from 'node:path'
import type { Project } from '../project/project.ts'
import { bench, type Bench, type BenchOptions } from '../render/testing.ts'
import { imageSpec } from '../spec/image-spec.ts'
import { renderKey } from '../spec/key.ts'
import { resolveSettings, type ResolvedSettings } from '../spec/resolve-settings.ts'
import { temporaryFolder } from '../store/testing.ts'
import type { IdentifiedSpec } from './identify.ts'
import { openLineages } from './lineages.ts'
import { createRenders, type Asker, type Renders } from './renders.ts'

/** The key of the projects of {@link studio}. */
export const API_KEY: string = 'sk-canary-0123456789abcdef'

export const BUILD: Asker = { purpose: 'build' }
export const DEV: Asker = { purpose: 'dev' }
export const COMMAND: Asker = { purpose: 'command' }

/** A project without files, and what happens in it. */
export interface Studio extends Bench {
  root: string
  renders: Renders
  made: string[]
}

/** Renders of a project, with a client that is a function. */
export async function studio(
  options: BenchOptions = {},
  changes: { settings?: Partial<ResolvedSettings>; environment?: Partial<Project['environment']> } = {},
): Promise<Studio> {
  const folder = options.folder ?? join(await temporaryFolder(), 'onetoken')
  const root = join(folder, '..')
  const made: string[] = []
  const parts = await bench({ ...options, folder })
  const project: Project = {
    root,
    settings: { ...resolveSettings({}), ...changes.settings },
    environment: {
      apiKey: API_KEY,
      baseURL: 'https://api.onetoken.one',
      frozen: undefined,
      remoteAuthorization: undefined,
      ci: false,
      ...changes.environment,
    },
    entries: new Map(),
    manifests: [],
    store: folder,
    provider: 'onetoken',
    files: [],
    folders: new Map(),
    begun: 0,
  }
  const renders = createRenders({
    project,
    store: parts.store,
    intents: parts.intents,
    lineages: openLineages(parts.store),
    renderer: async () => parts.renderer,
    uploads: async () => ({ images: [] }),
    made: ({ spec }) => made.push(spec.label),
  })
  return { ...parts, root, renders, made }
}

/** A picture by its name, or by its words when it has none. */
export function identified(name: string | undefined, root: string, prompt = 'a red fox'): IdentifiedSpec {
  const place = { file: join(root, 'images.yaml'), line: 3, column: 5 }
  const spec = imageSpec({ prompt, quality: 'low' }, { name, base: root, place, defaults: [], styles: {} })
  const key = renderKey(spec.render, [], 'onetoken')
  return { spec, key, inputs: [], digests: [], isComposite: false, awaits: key }
}
