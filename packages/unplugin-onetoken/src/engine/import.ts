import { sha256 } from '../canonical-json.ts'
import { OneTokenError } from '../errors.ts'
import { dollars } from '../render/pricing.ts'
import { visible } from '../spec/text.ts'
import { writing } from '../store/messages.ts'
import { EXTENSIONS, type RecordImage, type RenderRecord } from '../store/record.ts'
import { anchor, hasSamePictures, isPaid, occupantOf, putAside } from './anchor.ts'
import type { Engine } from './engine.ts'
import { formerRenders } from './former-renders.ts'
import type { IdentifiedSpec } from './identify.ts'
import { readPicture } from './import-file.ts'
import { importTarget, type NewEntryOptions } from './import-target.ts'
import { openSharers } from './sharers.ts'

/** How a picture is imported. */
export interface ImportOptions extends NewEntryOptions {
  /** Absolute path of the picture. */
  file: string
  /** It only stands in for a render, which `onetoken render` makes. @default false */
  untilRendered?: boolean | undefined
  /** Also in place of a render that was paid for, which stays in the store. @default false */
  replace?: boolean | undefined
}

/** A picture of the user that stands for the words of an entry. */
export interface Imported {
  name: string
  key: string
  image: RecordImage
  isProvisional: boolean
  /** Where the manifest was changed: a new entry, or its "pick". */
  change: { file: string; line: number; isNew: boolean } | undefined
  /** The `pick` that was taken out of the manifest. */
  formerPick: number | undefined
  /** Key that the picture is found by which was there: a paid one, or one that other entries had as well. */
  aside: string | undefined
  /** Key of a paid render of these words that an earlier import has put aside, where the next render pays for another. */
  paid: string | undefined
  /** Names of other pictures with the same words and all else, of which it is the picture as well. */
  sharers: string[]
}

/** Use a picture of the user for the words of an entry. Costs nothing, and sends nothing to the API. */
export async function importPicture(engine: Engine, name: string, options: ImportOptions): Promise<Imported> {
  const project = await engine.project()
  const picture = await readPicture(options.file)
  const { spec, change, isNew, formerPick } = await importTarget(project, name, options)
  const identified = await (await engine.family()).identify(spec)
  const occupant = await occupantOf(engine, identified)
  const { bytes, format, width, height } = picture
  const image: RecordImage = { sha256: sha256(bytes), format, width, height, bytes: bytes.length }
  const sharers = await openSharers(engine).of(name, identified.key)
  const refusal = occupant && refusalOf(identified, occupant, { image, sharers, options, file: picture.name })
  if (refusal !== undefined) throw refusal
  const { store } = await engine.store()
  await store.prepare(bytes.length)
  await writing(store.folder, () => store.putImage(bytes, EXTENSIONS[format]))
  // Whoever comes in between: a "pick" beyond the only picture fails builds, and an entry without one is rendered.
  if (!isNew) await change?.write()
  // Found by the words of its former parent, it stays where it is.
  const former = occupant?.images.length ? undefined : await formerKey(engine, identified)
  const isProvisional = options.untilRendered === true
  const origin = {
    kind: 'imported',
    file: picture.name,
    until: isProvisional ? 'rendered' : undefined,
  } as const
  const anchorage = { images: [image], origin, madeBy: undefined, occupant, sharers }
  const { aside } = await anchor(engine, identified, anchorage)
  if (isNew) await change?.write()
  return {
    name,
    key: identified.key,
    image,
    isProvisional,
    change: change === undefined ? undefined : { file: change.file, line: change.line, isNew },
    formerPick,
    aside: aside ?? former,
    paid: isProvisional ? putAside((await formerRenders(engine)).records, identified.key)?.key : undefined,
    sharers,
  }
}

/** The key of the picture that builds use, of an edit whose parent has changed. It may have been refused since. */
async function formerKey(engine: Engine, identified: IdentifiedSpec): Promise<string | undefined> {
  const { state, uses } = await engine.stateOf(identified)
  return state === 'stale' || state === 'refused' ? uses : undefined
}

/** Why a picture may not take the place of the one that stands there; undefined when it may. */
function refusalOf(
  identified: IdentifiedSpec,
  occupant: RenderRecord,
  {
    image,
    sharers,
    options: { untilRendered, replace },
    file,
  }: { image: RecordImage; sharers: readonly string[]; options: ImportOptions; file: string },
): OneTokenError | undefined {
  if (isPaid(occupant)) {
    if (untilRendered === true) return isThere(identified, occupant, { file, replace })
    return replace === true ? undefined : stands(identified, occupant, file)
  }
  // Words that were refused have none.
  if (occupant.images.length === 0 || hasSamePictures(occupant.images, [image])) return undefined
  if (replace === true || sharers.length === 0) return undefined
  return isOfOthers(identified, occupant, { sharers, file })
}

/** A paid render is replaced only by whoever says so. */
function stands({ spec }: IdentifiedSpec, occupant: RenderRecord, file: string): OneTokenError {
  return new OneTokenError('RENDER_STANDS', `${spec.label} ${paidText(occupant)}.`, {
    hint: `To use ${visible(file)} in its place, add --replace: the picture stays in the store, and can be brought back.`,
    place: spec.place,
  })
}

/** What is rendered already would be rendered once more, and paid for. */
function isThere(
  { spec }: IdentifiedSpec,
  occupant: RenderRecord,
  { file, replace = false }: { file: string; replace?: boolean | undefined },
): OneTokenError {
  return new OneTokenError('RENDER_STANDS', `${spec.label} ${paidText(occupant)}: it waits for no render.`, {
    hint: `To use ${visible(file)} in its place for good, leave --until-rendered out${replace ? '' : ' and add --replace'}: the picture stays in the store, and can be brought back.`,
    place: spec.place,
  })
}

function paidText({ created, cost, origin }: RenderRecord): string {
  const when = visible(created.slice(0, 10))
  return origin === undefined
    ? `has a render, which was paid for on ${when} (${dollars(cost.usd)})`
    : `has a picture, which was accepted for its words on ${when}`
}

/** Words that several entries have, have one picture: who brings one for the second need not know of the first. */
function isOfOthers(
  { spec }: IdentifiedSpec,
  { created, origin }: RenderRecord,
  { sharers, file }: { sharers: readonly string[]; file: string },
): OneTokenError {
  const others = sharers.join(', ')
  const picture = origin?.kind === 'imported' ? visible(origin.file) : 'a picture'
  return new OneTokenError(
    'RENDER_STANDS',
    `${spec.label} has the same words as ${others}, and so the same picture: ${picture}, imported on ${visible(created.slice(0, 10))}.`,
    {
      hint: [
        `To have a picture of its own, ${spec.label} needs other words, or "take: 2" in the manifest.`,
        `To use ${visible(file)} for ${others} as well, add --replace: ${picture} stays in the store, and can be brought back.`,
      ].join('\n'),
      place: spec.place,
    },
  )
}
