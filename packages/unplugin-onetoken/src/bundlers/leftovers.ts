import {
  cssReferences,
  htmlReferences,
  locate,
  quote,
  withoutComments,
  type Engine,
} from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { MAY_NAME_PICTURE } from './source-urls.ts'
import type { OutputFile } from './outputs.ts'

/** What a file of the build still holds of a reference: a browser could make nothing of it. */
interface Leftover {
  /** As it stands in the file; cut off where words are put together at run time. */
  written: string
  /** What may stand for it in the sources; earlier texts are better ones. */
  sources: string[]
  hint: string
}

const OPENING = `(?:\\\\?["'\`])`

/** What stands where markup and styles in scripts have URLs. */
const ATTRIBUTE = `\\b(?:src|srcset|srcSet|href|poster|content|data)["']?\\s*[=:]\\s*${OPENING}?`
const STYLE = `\\burl\\(\\s*${OPENING}?`
const URL_CALL = `\\bnew\\s+URL\\(\\s*${OPENING}`

/** A string that is a reference, and one that stands where a URL does. */
const IN_SCRIPT: readonly RegExp[] = [
  new RegExp(`${OPENING}(virtual:onetoken[/?][^"'\`\\\\$]*)`),
  new RegExp(`${ATTRIBUTE}(onetoken:(?!\\s)[^"'\`\\\\\\s>$]*)`),
  new RegExp(`${STYLE}((?:virtual:onetoken[/?]|onetoken:)[^"'\`\\\\)$]*)`),
  new RegExp(`${URL_CALL}((?:virtual:onetoken[/?]|onetoken:)[^"'\`\\\\$]*)`),
]

/** The path of a file of ours that the bundler was to make an asset of, and has not. */
const UNUSED = `[^"'\`\\\\)\\s]*/\\.cache/(?:variants|placeholders)/([\\w.-]+)`
const UNUSED_IN_SCRIPT: readonly RegExp[] = [ATTRIBUTE, STYLE, URL_CALL].map(
  (before) => new RegExp(before + UNUSED),
)
const UNUSED_IN_STYLE = new RegExp(STYLE + UNUSED)

/** The first reference that nothing has resolved, with the place of it in the sources. */
export async function findLeftover(
  { root }: Engine,
  files: readonly OutputFile[],
): Promise<OneTokenError | undefined> {
  for (const { name, content } of files) {
    const extension = /\.([cm]?js|html?|css)$/.exec(name)?.[1]
    if (extension === undefined) continue
    const text = typeof content === 'string' ? content : Buffer.from(content).toString()
    if (!MAY_NAME_PICTURE.test(text) && !text.includes('/.cache/')) continue
    const leftover = await leftoverOf(text, extension, files)
    if (leftover === undefined) continue
    const { written, sources, hint } = leftover
    const what = `The file ${name} of the build holds a reference to a picture that nothing resolved: ${quote(written)}.`
    const place = await locate(root, sources)
    return new OneTokenError('LEFTOVER', what, { hint, place })
  }
  return undefined
}

function leftoverAs(written: string, hint: string): Leftover {
  const endings = ['${', '"', "'", '`', ')', '']
  return { written, sources: endings.map((ending) => written + ending), hint }
}

async function leftoverOf(
  text: string,
  extension: string,
  files: readonly OutputFile[],
): Promise<Leftover | undefined> {
  if (extension === 'css') {
    const [first] = await cssReferences(text, 'compiled')
    return first ? leftoverAs(first.written, STYLE_HINT) : unusedIn(text, [UNUSED_IN_STYLE], files)
  }
  if (extension.startsWith('htm')) {
    for (const reference of (await htmlReferences(text)).references) {
      const written = await firstWritten(reference)
      if (written !== undefined) return leftoverAs(written, PAGE_HINT)
    }
    return undefined
  }
  if (leftoverIn(text, files) === undefined) return undefined
  // A closer look: comments may say what they like.
  return leftoverIn(await withoutComments(text), files)
}

function leftoverIn(script: string, files: readonly OutputFile[]): Leftover | undefined {
  for (const pattern of IN_SCRIPT) {
    const [, written] = pattern.exec(script) ?? []
    if (written !== undefined) return leftoverAs(written, SCRIPT_HINT)
  }
  return unusedIn(script, UNUSED_IN_SCRIPT, files)
}

function unusedIn(
  text: string,
  patterns: readonly RegExp[],
  files: readonly OutputFile[],
): Leftover | undefined {
  for (const pattern of patterns) {
    const [, name] = pattern.exec(text) ?? []
    if (name === undefined) continue
    // Some name their assets by the folder of the file.
    if (files.some((file) => file.name.endsWith(`/${name}`))) continue
    // Named by its entry, if it has one.
    const entry = name.replace(/-\d+-[\da-f]+\.\w+$/, '')
    return { written: name, sources: [`onetoken:${entry}`, `virtual:onetoken/${entry}`], hint: UNUSED_HINT }
  }
  return undefined
}

type PageReference = Awaited<ReturnType<typeof htmlReferences>>['references'][number]

async function firstWritten(reference: PageReference): Promise<string | undefined> {
  if (reference.kind === 'srcset') return reference.candidates[0]?.written
  if (reference.kind === 'style') return (await cssReferences(reference.css, 'compiled'))[0]?.written
  return reference.written
}

const UNUSED_HINT =
  'It is the file of a picture that a URL names. The bundler was to make an asset of it, and leaves URLs there alone: ' +
  'its configuration says so (css-loader with "url": false, "parser.javascript.url": false), or it has no "new URL" there. ' +
  'Import the picture in JavaScript.'
const SCRIPT_HINT =
  'Import the picture, with the whole specifier as one string, and use what the import gives: ' +
  'neither words that are put together at run time nor URLs in templates can be resolved.'
const STYLE_HINT =
  'The bundler did not show this style sheet to the plugin. Name the picture in a style sheet that a source imports, ' +
  'or import it in JavaScript.'
const PAGE_HINT = 'Pages can name pictures in Vite. Elsewhere, import the picture in JavaScript.'
