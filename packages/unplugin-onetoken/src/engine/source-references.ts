import type { Place } from '../errors.ts'
import type { CssDialect, CssReference } from '../sources/css-references.ts'
import type { ScriptURL } from '../sources/script-urls.ts'
import type { HtmlReference, PageReferences } from '../sources/html-references.ts'
import type { VueNode } from '../sources/vue-elements.ts'

/** The pictures that a style sheet names. The tokenizer is loaded when the first style sheet names one. */
export async function cssReferences(css: string, dialect: CssDialect): Promise<CssReference[]> {
  const references = await import('../sources/css-references.ts')
  return references.cssReferences(css, dialect)
}

/** The pictures that a page names. The parser is loaded when the first page names one. */
export async function htmlReferences(html: string): Promise<PageReferences> {
  const references = await import('../sources/html-references.ts')
  return references.htmlReferences(html)
}

/** The pictures that the template of a component of Vue names, by the tree that its compiler made. */
export async function vueReferences(code: string, tree: VueNode): Promise<HtmlReference[]> {
  const references = await import('../sources/vue-references.ts')
  return references.vueReferences(code, tree)
}

/** The pictures that a script names by `new URL(…)`. */
export async function scriptURLs(code: string, file: string): Promise<ScriptURL[]> {
  const urls = await import('../sources/script-urls.ts')
  return urls.scriptURLs(code, file)
}

/** Files of the style sheets in these folders by the specifiers that are written in them. */
export async function styleSheetsOf(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { scanStyles } = await import('../sources/scan.ts')
  return await scanStyles(folders)
}

/** JavaScript without its comments. */
export async function withoutComments(code: string): Promise<string> {
  const tokens = await import('../sources/tokens.ts')
  return tokens.withoutComments(code)
}

/** Where the first of these texts stands in the sources of a project; earlier texts are better ones. */
export async function locate(root: string, texts: readonly string[]): Promise<Place | undefined> {
  const sources = await import('../sources/locate.ts')
  return sources.locate(root, texts)
}

/** Specifiers of the pictures that a script imports; those that are put together at run time are left out. */
export async function importsOf(code: string, file: string): Promise<string[]> {
  const { specifiersOf } = await import('../sources/scan.ts')
  return specifiersOf(code, file)
}
