import { asOneTokenError, type Place } from '../errors.ts'
import { statSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Picture } from '../output/picture.ts'
import { loadProject, type Project } from '../project/project.ts'
import { darkSpec, entrySpec, inlineSpec } from '../project/specs.ts'
import type { ImageSpec } from '../spec/types.ts'
import { openDescriptors, type Descriptor, type Descriptors } from './descriptors.ts'
import type { EngineOptions } from './options.ts'
import { obtain, together, type ObtainedSpec } from './obtain.ts'
import { placeholderPicture } from './placeholder-picture.ts'
import type { Asker } from './renders.ts'
import { openProjectStore } from './project-store.ts'
import type { Tally } from './summary.ts'
import { createWorkshop, type Workshop } from './workshop.ts'

/** A picture, and the files that a change of which makes it another. */
export interface LoadedPicture {
  picture: Picture
  /** Absolute paths. */
  watch: string[]
  /** Records: with one of them, or with another one in its place, the picture is another. */
  awaited?: readonly string[] | undefined
  /** When the load began, in milliseconds since 1970: what changed later may not be in the picture. */
  begun: number
  /** It could not be had: the picture is a stand-in, and the build is told at its end. */
  failed?: boolean | undefined
}

/** What is read once and used until a change. */
export interface Session {
  project: Project
  /** Manifests by the path that links lead to. */
  manifests: ReadonlyMap<string, string>
  descriptors: Descriptors
  workshop: Workshop
  loads: Map<string, Promise<LoadedPicture>>
  /** What could not be rendered in a build, by key. */
  failed: Map<string, unknown> | undefined
}

/** Read a project and put the rooms together for it. */
export async function openSession(options: EngineOptions): Promise<Session> {
  const project = projectOf(await loadProject(options), options)
  const workshop = createWorkshop(project, await openProjectStore(project, options), options)
  // What an earlier run could not put into the remote store. It is awaited at the end.
  if (options.purpose === 'build') workshop.pushWaiting()
  const files = project.manifests.map(
    async ({ file }) => [await realpath(file).catch(() => file), file] as const,
  )
  return {
    project,
    workshop,
    manifests: new Map(await Promise.all(files)),
    descriptors: openDescriptors(workshop.store.store.cache),
    loads: new Map(),
    failed: options.purpose === 'build' ? new Map() : undefined,
  }
}

function projectOf(project: Project, { remote = true }: EngineOptions): Project {
  return remote ? project : { ...project, settings: { ...project.settings, remote: undefined } }
}

/** Descriptors of a project whose settings cannot be read: in the store that it has by default. */
export function defaultDescriptors(root: string): Descriptors {
  return openDescriptors(resolve(root, 'onetoken', '.cache'))
}

/** What accompanies the load of a picture. */
export interface LoadContext {
  options: EngineOptions
  tally: Tally
  /** Where the reference stands. Reads the importer, so it is asked only when something has to be told. */
  place(): Promise<Place | undefined>
  /** Whether a request that has not been sent is still to be sent. */
  wanted(): boolean
}

/** The picture of a descriptor: rendered, found, or a placeholder, as the spending rule says. */
export async function loadPicture(
  session: Session,
  descriptor: string,
  context: LoadContext,
): Promise<LoadedPicture> {
  try {
    return await obtainPicture(session, descriptor, context)
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    // What stops a run is no matter of the place that happened to meet it.
    throw error === undefined || error.details?.['stopAll'] === true
      ? thrown
      : error.at(await context.place())
  }
}

async function obtainPicture(
  { project, descriptors, workshop, failed }: Session,
  file: string,
  { options, tally, place, wanted }: LoadContext,
): Promise<LoadedPicture> {
  const { purpose, log } = options
  const begun = Date.now()
  const descriptor = await descriptors.read(file)
  if (descriptor.kind === 'manifest') throw new TypeError('A manifest is not a picture')
  const specs = await placedSpecs(project, descriptor, place)
  const from = descriptor.kind === 'inline' ? descriptor.package : undefined
  const asker: Asker = { purpose, package: from, place, wanted }
  const outcomes = await Promise.allSettled(
    specs.map((spec) => obtain({ project, workshop, failed }, spec, asker)),
  )
  const had = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (had.length < outcomes.length) throw together(outcomes, project.root)
  const [light, dark] = await Promise.all(had.map(pictureOf))
  if (light === undefined) throw new TypeError('A descriptor names a picture')
  const { store } = workshop.store
  return {
    picture: dark === undefined ? light : { ...light, dark },
    watch: [...project.files, ...had.flatMap(({ identified }) => identified.inputs.map(({ file }) => file))],
    awaited: [...new Set(had.map(({ identified }) => store.recordFile(identified.awaits)))],
    begun: purpose === 'dev' && project.files.some(hasChanged) ? project.begun : begun,
  }

  /** Since it was read, though it is read anew only when that is noticed. */
  function hasChanged(file: string): boolean {
    return (statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0) > project.begun
  }

  async function pictureOf({ identified, obtained }: ObtainedSpec): Promise<Picture> {
    const { spec, key } = identified
    if ('placeholder' in obtained) {
      if (purpose !== 'dev') log.warn(obtained.placeholder)
      tally.placeholder(key)
      return await placeholderPicture(
        spec,
        options.isServer === true ? wordsOf(spec) : undefined,
        project.store,
      )
    }
    const { record, made, isStale, refusal } = obtained
    if (made) tally.rendered(key, record.cost.usd)
    else tally.reused(key)
    if (refusal !== undefined) tally.refused(key, refusal)
    else if (isStale === true) tally.stale(spec.label)
    return await workshop.cut(identified, record, tally)
  }
}

type PictureDescriptor = Exclude<Descriptor, { kind: 'manifest' }>

/**
 * The picture of a descriptor, and its dark version where it has one. Mistakes of an import are told at the import, which
 * is looked for only when there are any.
 */
async function placedSpecs(
  project: Project,
  descriptor: PictureDescriptor,
  findPlace: () => Promise<Place | undefined>,
): Promise<ImageSpec[]> {
  const specsAt = (place: Place | undefined): ImageSpec[] => {
    const light = specOf(project, descriptor, place)
    const dark =
      descriptor.kind === 'entry'
        ? darkSpec(project, descriptor.name, descriptor.parameters, place)
        : undefined
    return dark === undefined ? [light] : [light, dark]
  }
  try {
    return specsAt(undefined)
  } catch {
    return specsAt(await findPlace())
  }
}

/** What a placeholder shows to the people who make the site. */
function wordsOf({ name, render }: ImageSpec): string {
  const { prompt } = render.request
  return name === undefined ? prompt : `${name}: ${prompt}`
}

/** The spec of a descriptor; its mistakes are told at `place`. */
export function specOf(project: Project, descriptor: PictureDescriptor, place: Place | undefined): ImageSpec {
  try {
    if (descriptor.kind === 'entry') return entrySpec(project, descriptor.name, descriptor.parameters, place)
    return inlineSpec(project, descriptor.parameters, resolve(project.root, descriptor.base ?? '.'), place)
  } catch (error) {
    throw asOneTokenError(error)?.at(place) ?? error
  }
}
