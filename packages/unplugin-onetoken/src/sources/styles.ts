import { blocksOf } from './blocks.ts'
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

/** The style sheets of a file: all of it, or its `<style>` blocks. */
export function stylesOf(text: string, extension: string): Style[] {
  const dialect = DIALECTS.get(extension.slice(1))
  if (dialect !== undefined) return [{ css: text, offset: 0, dialect }]
  if (!['.vue', '.svelte', '.astro', '.html'].includes(extension)) return []
  return [...blocksOf(text, extension)].flatMap(({ name, attributes, content }) => {
    if (name !== 'style') return []
    const [, lang = 'css'] = /\blang=["']?(\w+)/.exec(attributes) ?? []
    const css = text.slice(content.start, content.end)
    return [{ css, offset: content.start, dialect: DIALECTS.get(lang) ?? 'css' }]
  })
}
