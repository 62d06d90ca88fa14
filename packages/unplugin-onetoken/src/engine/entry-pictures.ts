import PQueue from 'p-queue'
import { OneTokenError, type Place } from '../errors.ts'
import type { Picture } from '../output/picture.ts'
import type { Project } from '../project/project.ts'
import { darkSpec, entrySpec } from '../project/specs.ts'
import { checkParameters, collector, throwAll } from '../spec/check.ts'
import { OUTPUT_NAMES } from '../spec/parameters.ts'
import type { ImageSpec, OutputOptions, OutputParameters, OutputSpec } from '../spec/types.ts'
import type { Engine } from './engine.ts'
import { missingError, oneProblem } from './problems.ts'
import { lookAt, type PlannedRender } from './survey.ts'

/** The picture of an entry of the manifest, with its dark version where it has one. */
export interface EntryPicture {
  name: string
  picture: Picture
  /** How messages call those of the two that are edits of what has changed since. */
  stale: string[]
  /** Why others are used than those that their words say: those were refused, or may have been billed and are not there. */
  problems: OneTokenError[]
}

/** Which pictures are wanted, and how. */
export interface EntryWish {
  /** Names of entries. Undefined: all of them. */
  names: readonly string[] | undefined
  /** Takes the place of what the entries say themselves. */
  output?: OutputOptions | undefined
  /** Changes how a picture is cut, where parameters cannot say it. */
  cut?: ((output: OutputSpec) => OutputSpec) | undefined
  /** Whether dark versions are wanted. @default true */
  dark?: boolean | undefined
  /** Told of each picture after its files are there. */
  progress?: ((done: number, total: number) => void) | undefined
}

/** Encoders have a queue of their own; what is read for them need not be in memory all at once. */
const AT_ONCE = 16

/**
 * The pictures of entries as builds use them, in the order of the manifest, or of the names. Renders nothing.
 * @throws OneTokenError one error for all pictures that cannot be had: `RENDERS_MISSING` when all of them only have to
 *   be rendered
 */
export async function entryPictures(engine: Engine, wish: EntryWish): Promise<EntryPicture[]> {
  const project = await engine.project()
  const { names, cut = (same) => same, progress } = wish
  const all = [...new Set(names ?? project.entries.keys())]
  const wanted = wantedSpecs(project, all, wish)
  const renders = rendersOf(await lookAt(engine, wanted), all, engine.root)
  const queue = new PQueue({ concurrency: AT_ONCE })
  let done = 0
  const works = renders.map((planned) =>
    queue.add(async () => {
      const { identified } = planned
      const spec = { ...identified.spec, output: cut(identified.spec.output) }
      const picture = await engine.picture({ ...identified, spec })
      // It was there a moment ago.
      if (picture === undefined) throw missing(planned, hintFor(all))
      done += 1
      progress?.(done, renders.length)
      return picture
    }),
  )
  // All of them end before one's failure is told: their files are wanted by the next try.
  const ends = await Promise.allSettled(works)
  const pictures = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason
    return end.value
  })
  return all.map((name) => {
    const own = wanted.flatMap((one, index) => (one.name === name ? [index] : []))
    const [light, dark] = own.flatMap((index) => pictures[index] ?? [])
    if (light === undefined) throw new TypeError('Every entry has a picture')
    const planned = own.flatMap((index) => renders[index] ?? [])
    return {
      name,
      picture: dark === undefined ? light : { ...light, dark },
      stale: planned.flatMap(({ state, spec }) => (state === 'stale' ? [spec.label] : [])),
      problems: planned.flatMap(({ problem }) => problem ?? []),
    }
  })
}

/** What each of these entries wants: its picture, then its dark version. */
function wantedSpecs(
  project: Project,
  names: readonly string[],
  { output, dark = true }: EntryWish,
): { name: string; spec: () => ImageSpec; place: Place | undefined }[] {
  const parameters = output === undefined ? undefined : checkedOutput(output)
  return names.flatMap((name) => {
    const entry = project.entries.get(name)
    const light = { name, spec: () => entrySpec(project, name, parameters), place: entry?.place }
    if (!dark || entry?.dark === undefined) return [light]
    const find = (): ImageSpec => darkSpec(project, name, parameters) ?? light.spec()
    return [light, { name, spec: find, place: entry.places?.dark ?? entry.place }]
  })
}

/** Output parameters of a script, checked. Throws one error for all mistakes. */
function checkedOutput(output: OutputOptions): OutputParameters {
  const errors: OneTokenError[] = []
  const reason = 'the render of an entry is cut here, and this would be another render'
  const allowed = { names: OUTPUT_NAMES, reason }
  const checked = checkParameters({ ...output }, [], () => undefined, allowed, collector(errors))
  throwAll(errors, (count) => `The parameters have ${count} mistakes`)
  return checked
}

/** All of them, when builds could use each. */
function rendersOf(
  found: readonly (PlannedRender | OneTokenError)[],
  names: readonly string[],
  root: string,
): PlannedRender[] {
  const problems = found.flatMap((planned) => {
    if (planned instanceof OneTokenError) return [planned]
    if (planned.uses !== undefined) return []
    return planned.problem ?? missing(planned, hintFor(names))
  })
  const problem = oneProblem(problems, root)
  if (problem !== undefined) throw problem
  return found.flatMap((planned) => (planned instanceof OneTokenError ? [] : [planned]))
}

function hintFor(names: readonly string[]): string {
  const [what, name] = names.length === 1 ? ['it', ` ${names[0]}`] : ['them', '']
  return `Render ${what} with: npx --no-install onetoken render${name}`
}

function missing({ key, spec, where, worst, after }: PlannedRender, hint: string): OneTokenError {
  return missingError({
    key,
    label: after === undefined ? spec.label : `${spec.label}, after ${after}`,
    where: where === '' ? undefined : where,
    worst,
    code: 'RENDERS_MISSING',
    why: 'nothing is rendered here',
    hint,
  })
}
