import { basename, extname } from 'node:path'
import type { Upload } from '../client/types.ts'
import { asOneTokenError, type Place } from '../errors.ts'
import { readInput } from '../project/input-file.ts'
import type { Project } from '../project/project.ts'
import { renderKey, type InputDigest } from '../spec/key.ts'
import { quotePath } from '../spec/text.ts'
import type { ImageSpec, InputFile, RenderSpec } from '../spec/types.ts'
import type { RenderRecord } from '../store/record.ts'
import { inputPlan, type InputPlan } from '../variants/index.ts'
import type { Encoder, MaskedImage } from '../variants/types.ts'

/** A spec with its key and the input pictures that enter it. */
export interface IdentifiedSpec {
  spec: ImageSpec
  /**
   * The render key. While the parent's picture is not there, one that no record has: the same for all edits of the same
   * words that wait for the same picture.
   */
  key: string
  inputs: PlannedInput[]
  digests: InputDigest[]
  /**
   * Of an edit: the same for all renders of these words that are edits of its parent, whatever that looked like. Where the
   * parent was renamed, a second one has the name that it had before.
   */
  lineages?: (() => string[]) | undefined
  /** Full name of the parent, while its picture is not there. */
  waitsFor?: string | undefined
  /** Key of the render that has to come first: its own, or that of the farthest parent without a picture. */
  awaits: string
  /** Whether a picture of the user's own is in it. */
  isComposite: boolean
}

/** An input picture and what becomes of it before it is sent. */
export interface PlannedInput {
  role: InputFile['role']
  /** How messages call it, at the beginning of a sentence: `The image "photos/house.jpg"`. */
  name: string
  /** Absolute path, for watchers. */
  file: string
  /** Lower-case hex sha256 of the bytes. */
  sha256: string
  plan: InputPlan
  read(): Promise<Uint8Array>
}

/** The picture that an edit begins with. */
export interface ParentPicture {
  /** Full name of its entry. */
  name: string
  /** The name that its entry had when its picture was made, when there is no entry of that name any more. */
  formerName?: string | undefined
  /** Which picture of which render it is, for what waits for it. */
  choice: string
  /** Undefined while it is not there. */
  input: PlannedInput | undefined
  isComposite: boolean
  awaits: string
}

/** Read the input pictures of a spec and compute its key. Throws what is wrong with an input, at the spec's place. */
export async function identify(
  spec: ImageSpec,
  { root, provider }: Pick<Project, 'root' | 'provider'>,
  parent?: ParentPicture,
): Promise<IdentifiedSpec> {
  const files: PlannedInput[] = []
  for (const input of spec.render.inputs) {
    const { role, file, bytes, sha256 } = await readInput(input, root, input.place ?? spec.place)
    const of = (parent?.input ?? files.find((one) => one.role === 'image'))?.plan
    const name = `The ${role} ${quotePath(input.path)}`
    const plan = atPlace(input.place ?? spec.place, () => inputPlan(bytes, role, { name, of }))
    files.push({ role, name, file, sha256, plan, read: async () => bytes })
  }
  const isComposite = parent?.isComposite === true || files.some(({ role }) => role === 'image')
  const own = files.map(digestOf)
  if (parent === undefined) {
    const key = renderKey(spec.render, own, provider)
    return { spec, key, inputs: files, digests: own, isComposite, awaits: key }
  }
  // Asked for only where the render is missing.
  const names = [parent.name, ...(parent.formerName === undefined ? [] : [parent.formerName])]
  const lineages = (): string[] =>
    names.map((edit) => lineageOf({ ...spec.render, edit, provider, inputs: own }))
  if (parent.input === undefined) {
    const { name: waitsFor, awaits } = parent
    const key = lineageOf({ ...spec.render, edit: parent.choice, provider, inputs: own })
    return { spec, key, inputs: files, digests: own, lineages, waitsFor, isComposite, awaits }
  }
  const digests = [digestOf(parent.input), ...own]
  const key = renderKey(spec.render, digests, provider)
  return { spec, key, inputs: [parent.input, ...files], digests, lineages, isComposite, awaits: key }
}

function digestOf({ role, sha256, plan }: PlannedInput): InputDigest {
  return { role, sha256, conversion: plan.conversion }
}

/** An edit by everything but the bytes of its parent's picture; `inputs` are those after it. */
export function lineageOf({
  edit,
  provider,
  inputs,
  ...spec
}: Pick<RenderRecord, 'endpoint' | 'take'> & {
  request: RenderSpec['request']
  edit: string
  provider: string
  inputs: readonly InputDigest[]
}): string {
  // No digest is like this one, so that no key is.
  const parent = { role: 'image', sha256: `edit of ${edit}`, conversion: 0 } as const
  // What is done to a mask depends on the picture beside it.
  const rest = inputs.map((input) => (input.role === 'mask' ? { ...input, conversion: 0 } : input))
  return renderKey(spec, [parent, ...rest], provider)
}

function atPlace<T>(place: Place | undefined, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw asOneTokenError(error)?.at(place) ?? error
  }
}

/** Input pictures as they are sent: decoded in full once, converted where the API would refuse them. */
export async function uploadsOf(
  { spec, inputs }: IdentifiedSpec,
  encoder: Encoder,
  note: (message: string) => void,
): Promise<{ images: Upload[]; mask?: Upload | undefined }> {
  const images: Upload[] = []
  let first: MaskedImage | undefined
  let mask: Upload | undefined
  for (const { role, name, file, read } of inputs) {
    const bytes = await read()
    const isMask = role === 'mask'
    const converting = isMask
      ? encoder.convertMask(bytes, { name, image: first })
      : encoder.convertInput(bytes, { name })
    const converted = await converting.catch((error: unknown) => {
      throw asOneTokenError(error)?.at(spec.place) ?? error
    })
    if (converted.note !== undefined) note(`${spec.label}: ${name.replace(/^T/, 't')}: ${converted.note}.`)
    const upload: Upload = {
      name: `${basename(file, extname(file))}.png`,
      type: 'image/png',
      bytes: converted.bytes,
    }
    if (isMask) {
      mask = upload
    } else {
      images.push(upload)
      const { width, height, before } = converted
      first ??= { width, height, before }
    }
  }
  return { images, mask }
}
