import { specifierOfURL, URL_REFERENCE } from '../spec/reference.ts'
import { pageElements, type PageAttribute, type PageElement, type Span } from './html-elements.ts'
import { isDescriptor, srcsetCandidates } from './srcset.ts'

/** A URL of ours in a page. */
export interface PageURL {
  /** `virtual:onetoken/hero` */
  specifier: string
  /** As it is written. */
  written: string
  /** Where it begins in the page. */
  offset: number
}

/** `<img src="onetoken:hero">`, which becomes a whole picture. */
export interface ImgReference extends PageURL {
  kind: 'img'
  tag: Span
  /** The attribute `src`, with its name. */
  src: Span
  /** The author's attributes by name. */
  attributes: ReadonlyMap<string, string>
  /** Whether it lies in a `<picture>` of the author. */
  inPicture: boolean
}

/** An attribute that is one URL of ours. */
export interface UrlReference extends PageURL {
  kind: 'url'
  /** Name of the element. */
  element: string
  /** The attribute's value, with its quotes. */
  value: Span
  /** Whether who reads it takes only absolute URLs. */
  absolute: boolean
}

/** A `srcset` with URLs of ours in it. */
export interface SrcsetReference {
  kind: 'srcset'
  element: string
  /** The attribute's value, with its quotes. */
  value: Span
  /** The value, with its entities decoded. */
  text: string
  /** The candidates that are ours. */
  candidates: SrcsetURL[]
}

/** A candidate of a `srcset` that is ours. */
export interface SrcsetURL extends PageURL {
  /** Where the URL is in the attribute's text. */
  at: Span
  /** What follows it, when that shows that the URL was cut off: it had a space or a comma in it. */
  cutOff?: string | undefined
}

/** A `style` attribute that may name pictures. */
export interface StyleReference {
  kind: 'style'
  css: string
  /** Where the words of the style sheet begin, and whether they stand there without entities. */
  offset: number
  exact: boolean
}

/** An attribute that names a picture where none can be named, such as `data-src`. */
export interface UnreadReference extends PageURL {
  kind: 'unread'
  element: string
  attribute: string
}

/** A place in a page where pictures are named. */
export type HtmlReference = ImgReference | UrlReference | SrcsetReference | StyleReference | UnreadReference

/** What a page says of pictures. */
export interface PageReferences {
  references: HtmlReference[]
  /** The page's own absolute URL, where it tells it: its canonical link or `og:url`. */
  address: string | undefined
}

/** Attributes that are one URL. `<img src>` and `<meta content>` are looked at by themselves. */
const URLS: ReadonlyMap<string, readonly string[]> = new Map([
  ['a', ['href']],
  ['area', ['href']],
  ['feImage', ['href', 'xlink:href']],
  ['image', ['href', 'xlink:href']],
  ['input', ['src']],
  ['link', ['href']],
  ['object', ['data']],
  ['source', ['src']],
  ['video', ['poster']],
])

const SRCSETS: ReadonlyMap<string, string> = new Map([
  ['img', 'srcset'],
  ['source', 'srcset'],
  ['link', 'imagesrcset'],
])

/** What crawlers read, by `property`, `name` or `itemprop`. They know no page that a URL could be relative to. */
const CRAWLED = /^(?:(?:og|twitter):image(?::(?:url|secure_url|src))?|image)$/i
const META = /^msapplication-\w*(?:image|logo)$/i

/** Names of attributes that scripts or browsers would take a URL from. */
const LIKE_URL = /(?:src|srcset|href|poster|image|img|background|bg|url)$/i

/** The pictures that a page names, in the order of the page. What stands in comments and scripts is left out. */
export function htmlReferences(html: string): PageReferences {
  const elements = pageElements(html)
  const address = elements.map(addressOf).find((found) => found !== undefined)
  return { references: elements.flatMap(referencesOf), address }
}

function referencesOf(element: PageElement): HtmlReference[] {
  return [...element.attributes].flatMap(([key, attribute]) => referenceIn(element, key, attribute) ?? [])
}

/** What an attribute of an element names. */
export function referenceIn(
  { name, tag, attributes, inPicture }: PageElement,
  key: string,
  attribute: PageAttribute,
): HtmlReference | undefined {
  const { text, span, value } = attribute
  if (key === 'style') return styleOf(attribute)
  if (SRCSETS.get(name) === key) return srcsetOf(name, attribute)
  if (!URL_REFERENCE.test(text.trim())) return undefined
  const url = urlOf(attribute)
  if (name === 'img' && key === 'src') {
    const given = new Map([...attributes].map(([other, { text }]) => [other, text]))
    return { kind: 'img', ...url, tag, src: span, attributes: given, inPicture }
  }
  const isContent = name === 'meta' && key === 'content'
  const absolute = isContent && isNamed(attributes, CRAWLED)
  if (absolute || (isContent && isNamed(attributes, META)) || URLS.get(name)?.includes(key) === true) {
    return { kind: 'url', ...url, element: name, value, absolute }
  }
  const isURL = LIKE_URL.test(key) && /^\S+:\S/.test(url.written)
  return isURL ? { kind: 'unread', ...url, element: name, attribute: key } : undefined
}

function urlOf({ text, raw, offset }: PageAttribute): PageURL {
  const space = raw.length - raw.trimStart().length
  return { specifier: specifierOfURL(text), written: raw.trim(), offset: offset + space }
}

function isNamed(attributes: PageElement['attributes'], pattern: RegExp): boolean {
  return ['property', 'name', 'itemprop'].some((key) => pattern.test(attributes.get(key)?.text.trim() ?? ''))
}

function styleOf({ text: css, raw, offset }: PageAttribute): StyleReference | undefined {
  return /onetoken/i.test(css) ? { kind: 'style', css, offset, exact: raw === css } : undefined
}

function srcsetOf(element: string, attribute: PageAttribute): SrcsetReference | undefined {
  const { text, value } = attribute
  const candidates = candidatesOf(attribute)
  return candidates.length === 0 ? undefined : { kind: 'srcset', element, value, text, candidates }
}

function candidatesOf({ text, raw, offset }: PageAttribute): SrcsetURL[] {
  const all = srcsetCandidates(text)
  return all.flatMap(({ url, start, end, descriptor }) => {
    if (!URL_REFERENCE.test(url)) return []
    const specifier = specifierOfURL(url)
    // Words without a width are more likely to be cut off at a comma than to stand for one density of several.
    const endsEarly = descriptor === '' && all.length > 1 && specifier.startsWith('virtual:onetoken?')
    const cutOff = endsEarly || !isDescriptor(descriptor) ? descriptor : undefined
    return [
      { specifier, written: url, offset: offset + (raw === text ? start : 0), at: { start, end }, cutOff },
    ]
  })
}

/** What a canonical link or `og:url` says. */
function addressOf({ name, attributes }: PageElement): string | undefined {
  const textOf = (key: string): string => attributes.get(key)?.text.trim() ?? ''
  let address = ''
  if (name === 'link' && textOf('rel').toLowerCase() === 'canonical') address = textOf('href')
  if (name === 'meta' && textOf('property').toLowerCase() === 'og:url') address = textOf('content')
  return /^https?:\/\//i.test(address) && URL.canParse(address) ? address : undefined
}
