import { OneTokenError } from '../errors.ts'
import type { ProjectEntry } from '../project/entries.ts'
import type { Project } from '../project/project.ts'
import type { Engine } from './engine.ts'
import { namedPicture, planParameters, specWith } from './named-picture.ts'
import { pickProblem } from './pick-beyond.ts'

/** Which picture of a render is used from now on. */
export interface Picked {
  name: string
  /** From 1. */
  pick: number
  pictures: number
  /** Where the manifest was changed; undefined when it said so already. */
  change: { file: string; line: number } | undefined
}

/**
 * Use another one of the pictures that builds have of an entry. Costs nothing. Throws `PICK_BEYOND` when there are fewer,
 * `RENDERS_MISSING` when there is none, and why what is there cannot be used.
 */
export async function pickPicture(engine: Engine, name: string, pick: number): Promise<Picked> {
  const project = await engine.project()
  const entry = entryOf(project, name)
  const { pick: own, ...others } = entry.parameters
  const without = specWith(project, entry, others)
  const identified = await (await engine.family()).identify(without)
  // Of an edit whose parent has changed, and of what its user has brought, another record is used than that of the key.
  const { uses = identified.key, problem } = await engine.stateOf(identified)
  const { store } = await engine.store()
  const lookup = await store.find(uses, name)
  if (lookup.state === 'unavailable') throw lookup.error.at(entry.place)
  const record = lookup.state === 'found' ? lookup.record : undefined
  const pictures = record?.images.length ?? 0
  if (record === undefined || pictures === 0) throw (problem ?? nothingToPick(name)).at(entry.place)
  const beyond = pickProblem({ ...without, pick }, record)
  if (beyond !== undefined) throw beyond.at(entry.place)
  if ((own ?? without.pick) === pick) return { name, pick, pictures, change: undefined }
  // A render may have more pictures than the entry asks for by now.
  specWith(project, entry, { ...others, pick })
  // Also where it is the default: who has written a line has perhaps written why beside it.
  const { file, line, write } = await planParameters(entry, { kind: 'set', parameter: 'pick', value: pick })
  await write()
  return { name, pick, pictures, change: { file, line } }
}

/** Not by its spec: a "pick" that is beyond what is asked for is put right here. */
function entryOf(project: Project, name: string): ProjectEntry {
  const entry = project.entries.get(name)
  if (entry !== undefined) return entry
  const { label, place } = namedPicture(project, name).spec
  throw new OneTokenError('PICK_BEYOND', `${label} is one picture: there is no other to pick.`, { place })
}

function nothingToPick(name: string): OneTokenError {
  return new OneTokenError('RENDERS_MISSING', `${name} is not rendered, so there is nothing to pick from.`, {
    hint: `Render it first: npx --no-install onetoken render ${name}`,
  })
}
