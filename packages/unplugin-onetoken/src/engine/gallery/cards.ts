import { asOneTokenError, OneTokenError } from '../../errors.ts'
import type { Candidate, Card } from '../../output/gallery/types.ts'
import type { PictureFile } from '../../output/picture.ts'
import { PRETEND } from '../../spec/loopback.ts'
import type { OutputSpec } from '../../spec/types.ts'
import type { RenderStore } from '../../store/file-store.ts'
import type { RenderRecord } from '../../store/record.ts'
import type { Engine } from '../engine.ts'
import { shownState, type PlannedRender } from '../survey.ts'

/** A card whose thumbnails are still where they were cut. */
export interface CollectedCard {
  card: Card
  /** Files by the numbers of candidates. */
  thumbnails: Map<number, PictureFile>
  /** Of the record that builds use. */
  key: string
}

/** Widths of thumbnails in pixels: of the picture that is used, twice as wide as it is shown, and of other candidates. */
const WIDTHS = { used: 640, other: 240 }

/** What a gallery tells of a picture, with thumbnails that are cut where they are not there. Spends nothing. */
export async function collectCard(
  engine: Engine,
  planned: PlannedRender,
  name: string | undefined,
): Promise<CollectedCard> {
  const { spec, uses, problem } = planned
  const { store } = await engine.store()
  const lookup = uses === undefined ? undefined : await store.find(uses, spec.label)
  const record = lookup?.state === 'found' ? lookup.record : undefined
  const thumbnails = new Map<number, PictureFile>()
  let trouble = problem
  const numbers = (record?.images ?? []).map((_, index) => index + 1)
  for (const number of numbers) {
    const cut = await thumbnail(engine, planned, number)
    if (cut instanceof OneTokenError) trouble ??= cut
    else if (cut !== undefined) thumbnails.set(number, cut)
  }
  const rendered = record === undefined ? undefined : await renderBehind(store, record)
  const candidates = numbers.map((number): Candidate => ({ number, thumbnail: undefined }))
  return {
    card: { ...factsOf(planned, trouble), ...cameOf(record, rendered), name, candidates },
    thumbnails,
    key: rendered?.key ?? planned.key,
  }
}

function factsOf(
  { spec, state, origin, after, where, worst, open }: PlannedRender,
  problem: OneTokenError | undefined,
): Omit<Card, 'name' | 'candidates' | 'paid' | 'madeFor' | 'file'> {
  const { parent, request, inputs } = spec.render
  const { prompt, model, size, quality } = request
  return {
    label: spec.label,
    where,
    prompt,
    model,
    size,
    quality: typeof quality === 'string' ? quality : undefined,
    inputs: [...(parent === undefined ? [] : [parent]), ...inputs.map(({ path }) => path)],
    alt: spec.alt,
    state: shownState({ state, origin }),
    after,
    worst,
    open,
    pick: spec.pick,
    problem: problem && { message: problem.message, hint: problem.hint },
  }
}

/** The render that pictures come from, when they were accepted for other words; undefined for those of a user. */
async function renderBehind(store: RenderStore, record: RenderRecord): Promise<RenderRecord | undefined> {
  const seen = new Set<string>()
  for (let at = record; !seen.has(at.key);) {
    if (at.origin?.kind !== 'accepted') return at.origin === undefined ? at : undefined
    seen.add(at.key)
    const lookup = await store.find(at.origin.key)
    if (lookup.state !== 'found') return undefined
    at = lookup.record
  }
  return undefined
}

function cameOf(
  record: RenderRecord | undefined,
  rendered: RenderRecord | undefined,
): Pick<Card, 'paid' | 'madeFor' | 'file'> {
  const isAccepted = record?.origin?.kind === 'accepted'
  return {
    paid: rendered && {
      usd: rendered.cost.usd,
      isPretend: rendered.provider === PRETEND,
      created: rendered.created,
    },
    madeFor: isAccepted && rendered !== undefined ? String(rendered.request['prompt']) : undefined,
    file: record?.origin?.kind === 'imported' ? record.origin.file : undefined,
  }
}

/** The first format is enough, and the whole picture, whatever pages cut from it. */
function thumbnailOutput(width: number): OutputSpec {
  return { widths: [width], formats: ['webp'], quality: {}, fit: 'cover', position: 'centre' }
}

/** A small picture of one candidate, or what is wrong with it. */
async function thumbnail(
  engine: Engine,
  { identified }: PlannedRender,
  number: number,
): Promise<PictureFile | OneTokenError | undefined> {
  const { spec } = identified
  const output = thumbnailOutput(number === spec.pick ? WIDTHS.used : WIDTHS.other)
  try {
    // Without a name, entries that use one render share its thumbnails.
    const picture = await engine.picture({
      ...identified,
      spec: { ...spec, name: undefined, pick: number, output },
    })
    return picture?.files[0]
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    return error
  }
}
