import { readFile } from 'node:fs/promises'
import { OneTokenError } from '../errors.ts'
import type { Project } from '../project/project.ts'
import { entrySpec } from '../project/specs.ts'
import { visible } from '../spec/text.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { Lookup, RenderStore } from '../store/file-store.ts'
import type { RecordImage, RenderRecord } from '../store/record.ts'
import { renderInputPlan } from '../variants/index.ts'
import { identify, type IdentifiedSpec, type ParentPicture, type PlannedInput } from './identify.ts'
import { importedOver, standIn, type Lineages } from './lineages.ts'

/** Pictures and the pictures that they are edits of, as the store has them at one time. */
export interface Family {
  /** Throws what is wrong with an input picture, or with the picture of a parent. */
  identify(spec: ImageSpec): Promise<IdentifiedSpec>
  /** An entry, identified once. Throws `UNKNOWN_ENTRY`. */
  entry(name: string): Promise<IdentifiedSpec>
  /** What the store has of a render, looked up once. */
  lookup(identified: IdentifiedSpec): Promise<Lookup>
}

/** What a family is made of. */
export interface FamilyParts {
  project: Project
  store: Pick<RenderStore, 'find' | 'image' | 'imageFile'>
  lineages: Lineages
}

/** Look at the family of pictures. What it has seen it remembers: after a render, another one is needed. */
export function createFamily({ project, store, lineages }: FamilyParts): Family {
  const entries = new Map<string, Promise<IdentifiedSpec>>()
  const lookups = new Map<string, Promise<Lookup>>()

  /** The record that builds use: the one of the key, one that its user has brought, or the one before its parent changed. */
  const used = async (identified: IdentifiedSpec): Promise<RenderRecord | undefined> => {
    const lookup = await family.lookup(identified)
    if (lookup.state === 'unavailable') throw lookup.error.at(identified.spec.place)
    const own = await importedOver(lineages, project.provider, identified, lookup)
    if (own !== undefined) return own
    const record = lookup.state === 'found' ? lookup.record : undefined
    if (record !== undefined && record.images.length > 0) return record
    // Of words that were refused, builds use what was there before.
    return (await standIn(lineages, project.provider, identified)) ?? record
  }

  const parentOf = async (child: ImageSpec, name: string): Promise<ParentPicture> => {
    const parent = await family.entry(name)
    const record = await used(parent)
    const { awaits } = parent
    const choice = `${parent.key} ${parent.spec.pick}`
    const formerName =
      record?.name === undefined || project.entries.has(record.name) ? undefined : record.name
    // What the user has brought is a picture of their own.
    const isComposite =
      record?.origin?.kind === 'imported' || (record?.madeBy?.composite ?? parent.isComposite)
    if (record === undefined) return { name, choice, input: undefined, isComposite, awaits }
    const image = record.images[parent.spec.pick - 1]
    if (image === undefined) throw noPicture(child, name, record)
    return { name, formerName, choice, input: inputOf(image, name), isComposite, awaits }
  }

  const inputOf = (image: RecordImage, label: string): PlannedInput => ({
    role: 'image',
    name: `The picture of ${label}`,
    file: store.imageFile(image),
    sha256: image.sha256,
    plan: renderInputPlan(image),
    // Every byte of it is checked.
    read: async () => await readFile(await store.image(image, label)),
  })

  const family: Family = {
    async identify(spec) {
      const { parent } = spec.render
      return await identify(spec, project, parent === undefined ? undefined : await parentOf(spec, parent))
    },
    lookup({ key, spec }) {
      const known = lookups.get(key) ?? store.find(key, spec.label)
      lookups.set(key, known)
      return known
    },
    entry(name) {
      const known = entries.get(name)
      if (known !== undefined) return known
      const begun = family.identify(entrySpec(project, name))
      entries.set(name, begun)
      return begun
    },
  }
  return family
}

function noPicture(child: ImageSpec, parent: string, { refusal, images }: RenderRecord): OneTokenError {
  const isRefused = refusal !== undefined && images.length === 0
  const why = isRefused
    ? `the API refused it: ${visible(refusal.message)}`
    : `its render has ${images.length === 1 ? 'only 1 picture' : `only ${images.length} pictures`}`
  return new OneTokenError(
    isRefused ? 'API_REFUSED' : 'PICK_BEYOND',
    `${child.label} is an edit of ${parent}, and there is no picture of that: ${why}`.replace(
      /([^.])$/,
      '$1.',
    ),
    { hint: `Put ${parent} right first.`, place: child.place },
  )
}
