import type { ResolvedConfig } from 'vite'
import {
  allFiles,
  applyEdits,
  attributeValue,
  findPlace,
  imgMarkup,
  placeText,
  type Edit,
  type HtmlReference,
  type PageURL,
} from '../engine/index.ts'
import { OneTokenError, type Place } from '../errors.ts'
import { bundlerError } from './bundler-error.ts'
import type { NamedPicture } from './build.ts'
import { absoluteURL } from './vite-urls.ts'

/** A page on its way through the plugin. */
export interface Page {
  html: string
  /** Absolute path. */
  file: string
  /** Its own absolute URL, where it tells it. */
  address: string | undefined
  /** Whether a dev server shows it. */
  served: boolean
  /** Folder of the project. */
  root: string
  config: ResolvedConfig
  picture(reference: PageURL): Promise<NamedPicture>
  /** The URL of a file in an attribute of an element. */
  urlOf(file: string, element: string): Promise<string>
  /** Say something once, however many pages are concerned. */
  warn(message: string): void
}

type Reference<Kind> = Extract<HtmlReference, { kind: Kind }>

/** What is changed in a page for a reference in it. */
export async function editsOf(page: Page, reference: HtmlReference): Promise<Edit[]> {
  switch (reference.kind) {
    case 'img':
      return await imgEdits(page, reference)
    case 'url':
      return await urlEdits(page, reference)
    case 'srcset':
      return await srcsetEdits(page, reference)
    case 'style':
    case 'unread':
      // Vite makes a style sheet of a style, which is read like all others.
      return []
  }
}

async function imgEdits(page: Page, reference: Reference<'img'>): Promise<Edit[]> {
  const { tag, src, attributes } = reference
  const { picture, watch } = await page.picture(reference)
  const urls = new Map<string, string>()
  for (const { file } of allFiles(picture)) urls.set(file, urls.get(file) ?? (await page.urlOf(file, 'img')))
  const markup = imgMarkup(picture, reference, ({ file }) => urls.get(file) ?? '')
  // What failed has no text either.
  if (picture.alt === undefined && !attributes.has('alt') && watch.length > 0) {
    const place = await placeIn(page, page.html.slice(tag.start, tag.end - 1))
    page.warn(
      `${placeText(place, page.root)} This picture has no text for people who cannot see it. Give its <img> an alt="…", or the picture itself an "alt"; an empty one says that it is decoration.`,
    )
  }
  return [
    { start: tag.start, end: tag.start, text: markup.before },
    { ...src, text: markup.attributes },
    { start: tag.end, end: tag.end, text: markup.after },
  ]
}

async function urlEdits(page: Page, reference: Reference<'url'>): Promise<Edit[]> {
  const { element, absolute, value } = reference
  const { file } = await page.picture(reference)
  const url = await page.urlOf(file, element)
  // No crawler reads the pages of a dev server.
  const whole = absolute && !page.served ? absoluteURL(page.config, url, page.address) : url
  if (whole === undefined) {
    page.warn(
      'Crawlers take only absolute URLs in og:image and its like, and nothing says where the site will be. Give each page a <link rel="canonical" href="https://…">, or set Vite\'s "base" to an absolute URL.',
    )
  }
  return [{ ...value, text: attributeValue(whole ?? url) }]
}

async function srcsetEdits(page: Page, reference: Reference<'srcset'>): Promise<Edit[]> {
  const { element, text, value, candidates } = reference
  const edits: Edit[] = []
  for (const candidate of candidates) {
    const { file } = await page.picture(candidate)
    edits.push({ ...candidate.at, text: await page.urlOf(file, element) })
  }
  return [{ ...value, text: attributeValue(applyEdits(text, edits)) }]
}

/** Where `written` stands in the page's file. */
async function placeIn({ file }: Pick<Page, 'file'>, written: string): Promise<Place> {
  return (await findPlace(file, written)) ?? { file }
}

/** The error for what is `written` in a page. */
export async function mistakeIn(
  { file, root }: Pick<Page, 'file' | 'root'>,
  written: string,
  message: string,
  hint: string,
): Promise<unknown> {
  const place = await placeIn({ file }, written)
  return bundlerError(new OneTokenError('QUERY_INVALID', message, { hint, place }), root)
}
