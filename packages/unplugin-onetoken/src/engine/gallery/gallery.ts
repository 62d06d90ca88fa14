import { basename, extname, join, dirname } from 'node:path'
import PQueue from 'p-queue'
import { OneTokenError } from '../../errors.ts'
import { GALLERY_MARK, galleryPage } from '../../output/gallery/page.ts'
import type { Card, GalleryContent } from '../../output/gallery/types.ts'
import { secretsOf } from '../../project/environment.ts'
import { dollars } from '../../render/pricing.ts'
import { quotePath } from '../../spec/text.ts'
import type { Engine } from '../engine.ts'
import { pageFile } from '../export/destination.ts'
import { publish, type EditionFile, type Published } from '../export/publish.ts'
import { readIfThere, writeFileWhole } from '../export/write-file.ts'
import { describe } from '../problems.ts'
import { findLeak } from '../secret-guard.ts'
import { survey, type PlannedRender } from '../survey.ts'
import { collectCard, type CollectedCard } from './cards.ts'

/** Where a gallery is written, and who watches. */
export interface GalleryWish {
  /** File of the page, relative to the root. @default 'gallery/index.html' in the cache of the store */
  out?: string | undefined
  /** Told of each picture whose thumbnails are there. */
  progress?: ((done: number, total: number) => void) | undefined
}

/** What a gallery has. */
export interface GalleryResult {
  /** Absolute path of the page. */
  file: string
  /** Absolute path of the folder beside it. */
  folder: string
  entries: number
  imports: number
  /** Cards of these states, and those whose picture cannot be shown. */
  missing: number
  inTrouble: number
  withoutAlt: number
  thumbnails: Published
  /** Whether the page was written; else it was there with the same text. */
  changed: boolean
}

const AT_ONCE = 8

/**
 * Write a page that shows every picture that a project asks for, with its candidates. Renders nothing.
 * @throws OneTokenError `USAGE`, `EXPORT_REFUSED`, `EXPORT_FAILED`, `KEY_EXPOSED`, `SETTINGS_INVALID`, `MANIFEST_INVALID`
 */
export async function writeGallery(engine: Engine, { out, progress }: GalleryWish): Promise<GalleryResult> {
  const project = await engine.project()
  const file = await pageFile(out ?? join(project.store, '.cache', 'gallery', 'index.html'), project)
  const before = (await readIfThere(file))?.toString()
  if (before !== undefined && !before.includes(GALLERY_MARK)) {
    throw new OneTokenError('EXPORT_REFUSED', `${quotePath(file)} is there already, and is no gallery.`, {
      hint: 'Choose another name, or remove it.',
    })
  }
  const { entries, renders, problems } = await survey(engine)
  const wanted: (readonly [string | undefined, PlannedRender])[] = [
    ...entries,
    ...renders.filter(({ names }) => names.length === 0).map((planned) => [undefined, planned] as const),
  ]
  const queue = new PQueue({ concurrency: AT_ONCE })
  let done = 0
  const works = wanted.map(([name, planned]) =>
    queue.add(async () => {
      const collected = await collectCard(engine, planned, name)
      done += 1
      progress?.(done, wanted.length)
      return collected
    }),
  )
  const collected = await Promise.all(works)
  const folder = join(dirname(file), `${basename(file, extname(file))}-pictures`)
  const cards = collected.map((one) => withThumbnails(one, basename(folder)))
  const content: GalleryContent = {
    title: basename(engine.root),
    entries: cards.filter(({ name }) => name !== undefined),
    imports: cards.filter(({ name }) => name === undefined),
    problems: problems.map((problem) => describe(problem, engine.root)),
    ...paidFor(collected),
  }
  const page = galleryPage(content, dollars)
  const leak = findLeak(secretsOf(project.environment), [{ what: 'page of the gallery', content: page }])
  if (leak !== undefined) throw leak.problem
  const edition = { kind: 'gallery', names: undefined, files: filesOf(collected), hashed: true } as const
  const thumbnails = await publish(folder, project.root, edition, async () => {
    if (page !== before) await writeFileWhole(file, page)
  })
  return {
    file,
    folder,
    entries: content.entries.length,
    imports: content.imports.length,
    missing: cards.filter(({ state }) => state === 'missing').length,
    inTrouble: cards.filter(({ problem }) => problem !== undefined).length,
    withoutAlt: cards.filter(({ alt }) => alt === undefined).length,
    thumbnails,
    changed: page !== before,
  }
}

function withThumbnails({ card, thumbnails }: CollectedCard, folder: string): Card {
  const candidates = card.candidates.map(({ number }) => {
    const cut = thumbnails.get(number)
    if (cut === undefined) return { number, thumbnail: undefined }
    const src = `${encodeURIComponent(folder)}/${encodeURIComponent(basename(cut.file))}`
    return { number, thumbnail: { src, width: cut.width, height: cut.height } }
  })
  return { ...card, candidates }
}

/** A render that several entries use was paid for once. */
function paidFor(collected: readonly CollectedCard[]): { spent: number; pretend: number } {
  const paid = new Map<string, NonNullable<Card['paid']>>()
  for (const { card, key } of collected) if (card.paid !== undefined) paid.set(key, card.paid)
  const bought = [...paid.values()].filter(({ isPretend }) => !isPretend)
  return { spent: bought.reduce((sum, { usd }) => sum + usd, 0), pretend: paid.size - bought.length }
}

function filesOf(collected: readonly CollectedCard[]): EditionFile[] {
  const files = new Map<string, EditionFile>()
  for (const { card, thumbnails } of collected) {
    for (const { file } of thumbnails.values()) {
      files.set(basename(file), { name: basename(file), content: file, of: [card.label] })
    }
  }
  return [...files.values()]
}
