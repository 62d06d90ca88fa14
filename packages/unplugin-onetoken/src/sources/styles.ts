import type { CssDialect } from './css-references.ts'

/** A style sheet in a source file. */
export interface Style {
  css: string
  /** Where it begins in the file. */
  offset: number
  dialect: CssDialect
}

/** What a style sheet is written in, by the extension of a file or the `lang` of a `<style>`. */
const DIALECTS: ReadonlyMap<string, CssDialect> = new Map([
  ['css', 'css'],
  ['pcss', 'css'],
  ['postcss', 'css'],
  ['less', 'less'],
  ['sass', 'sass'],
  ['scss', 'sass'],
  ['styl', 'sass'],
  ['stylus', 'sass'],
  ['sss', 'sass'],
])

/** A comment and a script hide the style sheets in them. Attributes may hold a `>`. */
const STYLE =
  /<!--[\s\S]*?-->|<script\b(?:"[^"]*"|'[^']*'|[^>"'])*>[\s\S]*?<\/script\s*>|(<style\b((?:"[^"]*"|'[^']*'|[^>"'])*)>)([\s\S]*?)<\/style\s*>/gi

/** The style sheets of a file: all of it, or its `<style>` blocks. */
export function stylesOf(text: string, extension: string): Style[] {
  const dialect = DIALECTS.get(extension.slice(1))
  if (dialect !== undefined) return [{ css: text, offset: 0, dialect }]
  if (!['.vue', '.svelte', '.astro', '.html'].includes(extension)) return []
  return [...text.matchAll(STYLE)].flatMap(({ index, 1: tag, 2: attributes = '', 3: css }) => {
    if (tag === undefined || css === undefined) return []
    const [, lang = 'css'] = /\blang=["']?(\w+)/.exec(attributes) ?? []
    return [{ css, offset: index + tag.length, dialect: DIALECTS.get(lang) ?? 'css' }]
  })
}
