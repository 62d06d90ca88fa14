import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { relative } from 'node:path'
import { scanSources } from '../project/scan.ts'
import { price } from '../render/pricing.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { Engine } from './engine.ts'
import { identify, type IdentifiedSpec } from './identify.ts'
import { placeText } from './problems.ts'
import { toPosix } from './references.ts'
import type { PictureState } from './renders.ts'

/** A render that the project wants. */
export interface PlannedRender {
  identified: IdentifiedSpec
  spec: ImageSpec
  key: string
  state: PictureState
  /** Dollars at the most; 0 for what is there. */
  worst: number
  /** Whether `worst` is only the highest that `auto` can come to. */
  open: boolean
  /** Where it is asked for, relative to the root. */
  where: string
  /** What to do about a state that is neither cached nor missing. */
  problem?: OneTokenError | undefined
}

/** All renders of a project. */
export interface Survey {
  renders: PlannedRender[]
  /** Imports that could not be read, and those whose words are put together at run time. */
  problems: OneTokenError[]
}

/** Look at every entry of the manifests and every import in the sources. Spends nothing. */
export async function survey(engine: Engine): Promise<Survey> {
  const project = await engine.project()
  const problems: OneTokenError[] = []
  const wanted: { spec: ImageSpec; place: Place | undefined }[] = []
  const keep = async (find: () => Promise<{ spec: ImageSpec; place: Place | undefined }>): Promise<void> => {
    try {
      wanted.push(await find())
    } catch (thrown) {
      const error = asOneTokenError(thrown)
      if (error === undefined) throw thrown
      problems.push(error)
    }
  }
  for (const name of project.entries.keys()) {
    await keep(async () => ({ spec: await engine.entry(name), place: project.entries.get(name)?.place }))
  }
  const store = toPosix(relative(project.root, project.store))
  const scan = await scanSources(project.root, store.startsWith('..') ? [] : [`${store}/**`])
  for (const { specifier, place } of scan.references) {
    // Its entries are all there already.
    if (specifier === 'virtual:onetoken/manifest') continue
    await keep(async () => ({ spec: await engine.specOf(specifier, place), place }))
  }
  for (const place of scan.unknown) problems.push(runTimeWords(place))
  const renders: PlannedRender[] = []
  const seen = new Set<string>()
  for (const { spec, place } of wanted) {
    try {
      const planned = await plan(engine, spec, place)
      if (!seen.has(planned.key)) renders.push(planned)
      seen.add(planned.key)
    } catch (thrown) {
      const error = asOneTokenError(thrown)
      if (error === undefined) throw thrown
      problems.push(error.at(place))
    }
  }
  return { renders, problems }
}

async function plan(engine: Engine, spec: ImageSpec, place: Place | undefined): Promise<PlannedRender> {
  const project = await engine.project()
  const identified = await identify(spec, project.root, project.provider)
  const { state, problem } = await engine.stateOf(identified)
  const { worst, open } = price(spec.render, project.settings.multiplier)
  const cost = state === 'cached' ? 0 : worst
  const where = place === undefined ? '' : placeText(place, project.root)
  return { identified, spec, key: identified.key, state, worst: cost, open: open && cost > 0, where, problem }
}

function runTimeWords(place: Place): OneTokenError {
  return new OneTokenError(
    'QUERY_INVALID',
    'The words of this import are put together at run time, so no build can know them.',
    {
      hint: 'Write the whole specifier as one string, or declare the pictures in the manifest and choose among them.',
      place,
    },
  )
}
