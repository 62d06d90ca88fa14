import { dirname, relative } from 'node:path'
import type { SourceMap } from 'magic-string'
import {
  applyEdits,
  cssReferences,
  cssURL,
  scriptURLs,
  type CssDialect,
  type CssReference,
  type Edit,
} from '../engine/index.ts'
import { normalizePath } from './normalize-path.ts'

/** Style sheets, also those in a component file or a page, such as `App.vue?vue&type=style&index=0&lang.scss`. */
export const STYLE_ID: RegExp = /\.(?:css|less|sass|scss|styl|stylus|pcss|postcss|sss)(?:$|\?)/

/** Style sheets, and scripts, which have `new URL('…', import.meta.url)`. */
export const SOURCE_ID: RegExp =
  /\.(?:css|less|sass|scss|styl|stylus|pcss|postcss|sss|[cm]?[jt]sx?|vue|svelte)(?:$|\?)/

/** What every reference has in it: a quick look before anything is parsed. */
export const MAY_NAME_PICTURE: RegExp = /onetoken[:/?]/i

/** What is written in the place of a picture. */
export type URLOf = (reference: Pick<CssReference, 'specifier' | 'written' | 'folder'>) => Promise<string>

/** What is changed in the source `id`: a URL for every picture that it names by one. */
export async function sourceEdits(code: string, id: string, urlOf: URLOf): Promise<Edit[]> {
  if (STYLE_ID.test(id)) return await cssEdits(code, dialectOf(id), urlOf)
  if (!/\bnew\s+URL\s*\(/.test(code)) return []
  const [file = id] = id.split('?', 1)
  const edits = (await scriptURLs(code, file)).map(async ({ start, end, ...reference }) => ({
    start,
    end,
    text: JSON.stringify(await urlOf({ ...reference, folder: '' })),
  }))
  return await Promise.all(edits)
}

/** A source after its edits, with the map that leads back to what its author wrote; undefined when there are none. */
export async function edited(
  code: string,
  edits: readonly Edit[],
  id: string,
): Promise<{ code: string; map: SourceMap } | undefined> {
  if (edits.length === 0) return undefined
  const { MagicString } = await import('magic-string')
  const source = new MagicString(code)
  for (const { start, end, text } of edits) {
    if (start === end) source.appendLeft(start, text)
    else source.update(start, end, text)
  }
  const map = source.generateMap({ source: id, includeContent: true, hires: 'boundary' })
  return { code: source.toString(), map }
}

/** The style sheet with a URL for every picture that it names; undefined when it names none. */
export async function rewriteCss(
  css: string,
  dialect: CssDialect,
  urlOf: URLOf,
): Promise<string | undefined> {
  const edits = await cssEdits(css, dialect, urlOf)
  return edits.length === 0 ? undefined : applyEdits(css, edits)
}

async function cssEdits(css: string, dialect: CssDialect, urlOf: URLOf): Promise<Edit[]> {
  if (!MAY_NAME_PICTURE.test(css)) return []
  const edits = (await cssReferences(css, dialect)).map(async (reference) => ({
    start: reference.start,
    end: reference.end,
    text: cssURL(await urlOf(reference)),
  }))
  return await Promise.all(edits)
}

/** The language of a style sheet, by the end of its id. */
function dialectOf(id: string): CssDialect {
  const [, extension = ''] = /\.(less|sass|scss|styl|stylus|sss)(?:$|\?)/.exec(id) ?? []
  if (extension === 'less') return 'less'
  return extension === '' ? 'css' : 'sass'
}

/** How the file `from` names the file `to`: relative, as bundlers read a leading `/` in many ways. */
export function relativeURL(from: string, to: string): string {
  const path = normalizePath(relative(dirname(from), to))
  // Bundlers decode it.
  const encoded = path.replaceAll('%', '%25')
  return encoded.startsWith('.') ? encoded : `./${encoded}`
}
