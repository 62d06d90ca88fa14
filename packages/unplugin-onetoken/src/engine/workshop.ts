import type { OneTokenClient } from '../client/types.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import type { Picture } from '../output/picture.ts'
import type { Project } from '../project/project.ts'
import { dollars } from '../render/pricing.ts'
import type { Renderer } from '../render/types.ts'
import type { Schedule } from '../render/schedule.ts'
import type { RenderStore } from '../store/file-store.ts'
import type { RenderRecord } from '../store/record.ts'
import { createEncoderPool, createVariantMaker, headerSize, type Encoder } from '../variants/index.ts'
import { createFamily, type Family } from './family.ts'
import { uploadsOf, type IdentifiedSpec } from './identify.ts'
import { openLineages } from './lineages.ts'
import { pickBeyond } from './pick-beyond.ts'
import type { ProjectStore } from './project-store.ts'
import type { EngineOptions } from './options.ts'
import { createRenders, type Renders } from './renders.ts'
import { sizeNote } from './size-note.ts'
import type { Tally } from './summary.ts'

/** The rooms, put together for one project. */
export interface Workshop {
  store: ProjectStore
  renders: Renders
  /** Look at the pictures and the pictures that they are edits of, as they are now. */
  family(): Family
  /** Begin to put into the remote store what earlier runs could not. */
  pushWaiting(): void
  finishAbandoned: Renderer['finishAbandoned']
  /** Start no further request. Returns how many are under way. */
  stop(reason: OneTokenError): Promise<number>
  /** Give up what is under way as well. */
  abort(): Promise<void>
  /** Make the files that a page gets from a render. */
  cut(identified: IdentifiedSpec, record: RenderRecord, tally: Tally): Promise<Picture>
  close(): Promise<void>
}

/** The built encoder process; it lies beside the built engine. */
const WORKER = new URL('./encode-worker.mjs', import.meta.url)

/** Put the rooms together. Nothing is loaded or started before it is needed. */
export function createWorkshop(
  project: Project,
  projectStore: ProjectStore,
  { log, ledger }: Pick<EngineOptions, 'log' | 'ledger'>,
  encoder: Encoder = createEncoderPool({ worker: WORKER }),
): Workshop {
  const { settings } = project
  const { store, intents, shared, isWritable } = projectStore
  let cashDesk: Promise<CashDesk> | undefined
  const paying = (): Promise<CashDesk> =>
    (cashDesk ??= openCashDesk(project, projectStore, encoder, { log, ledger }))
  const lineages = openLineages(store)
  const renders = createRenders({
    project,
    store,
    intents,
    lineages,
    renderer: async () => (await paying()).renderer,
    uploads: (identified) => {
      const note = sizeNote(identified.spec)
      if (note !== undefined) log.warn(note)
      return uploadsOf(identified, encoder, log.info)
    },
    made: ({ spec }, record) => log.info(`rendered ${spec.label} (${dollars(record.cost.usd)})`),
  })
  let waiting: Promise<unknown> | undefined
  return {
    store: projectStore,
    renders,
    family: () => createFamily({ project, store, lineages }),
    pushWaiting() {
      // What fails is told as a matter of the whole remote store, and waits on.
      if (isWritable) waiting ??= shared?.pushWaiting().catch(() => undefined)
    },
    finishAbandoned: async (key, place) => (await paying()).renderer.finishAbandoned(key, place),
    cut: cutter(settings.provenance, store, encoder),
    async stop(reason) {
      const { schedule } = await paying()
      schedule.stop(reason)
      return schedule.underWay
    },
    abort: async () => (await paying()).schedule.abort(),
    async close() {
      await encoder.close()
      await waiting
      // What the remote store did not take during this run: the machine may be gone afterwards.
      if (isWritable && cashDesk !== undefined) await shared?.pushWaiting().catch(() => undefined)
      await (await cashDesk?.catch(() => undefined))?.close()
      await projectStore.close()
    },
  }
}

/** Makes the files of pictures, with one cache. */
function cutter(provenance: boolean, store: RenderStore, encoder: Encoder): Workshop['cut'] {
  const labels = new Map<string, string>()
  const maker = createVariantMaker({
    cacheDir: store.cache,
    // A picture is read only when something has to be encoded from it, and then every byte of it is checked.
    async encode(job) {
      const { source } = job
      const file = await store.image(source, labels.get(source.sha256) ?? source.sha256)
      return await encoder.encode({ ...job, source: { ...source, file } })
    },
  })
  return async ({ spec, key, isComposite: composite }, record, tally) => {
    const image = record.images[spec.pick - 1]
    if (image === undefined) throw pickBeyond(spec, record).at(spec.place)
    labels.set(image.sha256, spec.label)
    const { sha256, width, height, format } = image
    const source = { sha256, width, height, format, file: store.imageFile(image) }
    const { files, cached, ...preview } = await maker.make(source, spec.output, {
      name: spec.name,
      // What the user has brought was not made by the model.
      provenance:
        provenance && record.origin?.kind !== 'imported'
          ? (record.madeBy ?? { composite, model: String(record.request['model']) })
          : undefined,
    })
    tally.variants(
      `${image.sha256} ${JSON.stringify(spec.output)}`,
      { key, bytes: image.bytes },
      files,
      cached,
    )
    return { files, ...preview, alt: spec.alt, placeholder: false }
  }
}

/** Where money is spent. A build that has everything never opens it, nor loads its code. */
interface CashDesk {
  renderer: Renderer
  schedule: Schedule
  close(): Promise<void>
}

async function openCashDesk(
  project: Project,
  { store, intents }: ProjectStore,
  encoder: Encoder,
  { log, ledger }: Pick<EngineOptions, 'log' | 'ledger'>,
): Promise<CashDesk> {
  const { createBudget, createRenderer, createSchedule } = await import('../render/index.ts')
  const { settings } = project
  const schedule = createSchedule(settings, () =>
    log.info('The API takes no more requests for now: those that wait are sent as soon as it does.'),
  )
  let client: Promise<OneTokenClient> | undefined
  const renderer = createRenderer({
    client: () => (client ??= connect(project)),
    store,
    intents,
    schedule,
    budget: createBudget(settings.budget, ledger),
    header: headerSize,
    inspect: (file) => encoder.inspect(file),
    multiplier: settings.multiplier,
    warn: log.warn,
    now: () => new Date(),
  })
  return {
    renderer,
    schedule,
    async close() {
      await (await client?.catch(() => undefined))?.close()
    },
  }
}

/** The HTTP client is loaded when something is asked for, never before. */
async function connect({ environment, settings }: Project): Promise<OneTokenClient> {
  const { createClient, resolveBase } = await import('../client/index.ts')
  const { apiKey, baseURL } = environment
  if (apiKey === undefined) throw new OneTokenError('API_KEY_MISSING', 'There is no API key.')
  try {
    // First: who wrote it did so in the environment, and in no option.
    resolveBase(baseURL)
    return createClient({ apiKey, baseURL, timeout: settings.timeout })
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    // A base URL that cannot be used is no matter of one picture.
    throw new OneTokenError(error.code, error.message, {
      hint: error.hint,
      cause: error,
      details: { stopAll: true },
    })
  }
}
