import { asOneTokenError, type Place } from '../errors.ts'
import { resolve } from 'node:path'
import type { Picture } from '../output/picture.ts'
import { entrySpec, inlineSpec, loadProject, type Project } from '../project/project.ts'
import type { ImageSpec } from '../spec/types.ts'
import { openDescriptors, type Descriptor, type Descriptors } from './descriptors.ts'
import type { EngineOptions } from './options.ts'
import { identify } from './identify.ts'
import { placeholderPicture } from './placeholder-picture.ts'
import type { Tally } from './summary.ts'
import { createWorkshop, type Workshop } from './workshop.ts'

/** A picture, and the files that a change of which makes it another. */
export interface LoadedPicture {
  picture: Picture
  /** Absolute paths. */
  watch: string[]
  /** A file that is not there yet, and with which the picture will be. */
  awaited?: string | undefined
}

/** What is read once and used until a change. */
export interface Session {
  project: Project
  descriptors: Descriptors
  workshop: Workshop
  loads: Map<string, Promise<LoadedPicture>>
}

/** Read a project and put the rooms together for it. */
export async function openSession(options: EngineOptions): Promise<Session> {
  const project = await loadProject(options)
  const workshop = createWorkshop(project, options.log)
  return { project, workshop, descriptors: openDescriptors(workshop.store.cache), loads: new Map() }
}

/**
 * The picture of a descriptor: rendered, found, or a placeholder, as the spending rule says. `findPlace` reads the
 * importer, so it is asked only when something has to be told.
 */
export async function loadPicture(
  session: Session,
  descriptor: string,
  options: EngineOptions,
  tally: Tally,
  findPlace: () => Promise<Place | undefined>,
): Promise<LoadedPicture> {
  try {
    return await obtainPicture(session, descriptor, options, tally, findPlace)
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    // What stops a run is no matter of the place that happened to meet it.
    throw error === undefined || error.details?.['stopAll'] === true ? thrown : error.at(await findPlace())
  }
}

async function obtainPicture(
  { project, descriptors, workshop, loads }: Session,
  file: string,
  { purpose, log }: EngineOptions,
  tally: Tally,
  findPlace: () => Promise<Place | undefined>,
): Promise<LoadedPicture> {
  const descriptor = await descriptors.read(file)
  if (descriptor.kind === 'manifest') throw new TypeError('A manifest is not a picture')
  const spec = await placedSpec(project, descriptor, findPlace)
  const identified = await identify(spec, project.root, project.provider)
  const watch = [...project.files, ...identified.inputs.map((input) => input.file)]
  const from = descriptor.kind === 'inline' ? descriptor.package : undefined
  const obtained = await workshop.renders.obtain(identified, { purpose, package: from, place: findPlace })
  if ('placeholder' in obtained) {
    // In development it may be rendered at any moment: the next load looks again.
    if (purpose === 'dev') loads.delete(file)
    else log.warn(obtained.placeholder)
    tally.placeholder(identified.key)
    return {
      picture: await placeholderPicture(spec, purpose === 'dev' ? wordsOf(spec) : undefined, project.store),
      watch,
      awaited: workshop.store.recordFile(identified.key),
    }
  }
  const { record, made } = obtained
  if (made) tally.rendered(identified.key, record.cost.usd)
  else tally.reused(identified.key)
  return { picture: await workshop.cut(identified, record, tally), watch }
}

type PictureDescriptor = Exclude<Descriptor, { kind: 'manifest' }>

/** Mistakes of an import are told at the import, which is looked for only when there are any. */
async function placedSpec(
  project: Project,
  descriptor: PictureDescriptor,
  findPlace: () => Promise<Place | undefined>,
): Promise<ImageSpec> {
  try {
    return specOf(project, descriptor, undefined)
  } catch {
    return specOf(project, descriptor, await findPlace())
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
