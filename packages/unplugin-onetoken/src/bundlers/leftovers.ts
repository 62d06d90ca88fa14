import { cssReferences, htmlReferences, locate, quote, type Engine } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { MAY_NAME_PICTURE } from './source-urls.ts'
import type { OutputFile } from './outputs.ts'

/** What a file of the build still holds of a reference: a browser could make nothing of it. */
interface Leftover {
  /** As it stands in the file; cut off where words are put together at run time. */
  written: string
  hint: string
}

const OPENING = `(?:\\\\?["'\`])`

/** A string that is a reference, and one that stands where markup and styles in scripts have URLs. */
const IN_SCRIPT: readonly RegExp[] = [
  new RegExp(`${OPENING}(virtual:onetoken[/?][^"'\`\\\\$]*)`),
  new RegExp(
    `\\b(?:src|srcset|srcSet|href|poster|content)["']?\\s*[=:]\\s*${OPENING}?(onetoken:[^"'\`\\\\\\s>$]*)`,
  ),
  new RegExp(`\\burl\\(\\s*${OPENING}?((?:virtual:onetoken[/?]|onetoken:)[^"'\`\\\\)$]*)`),
]

/** The first reference that nothing has resolved, with the place of it in the sources. */
export async function findLeftover(
  { root }: Engine,
  files: readonly OutputFile[],
): Promise<OneTokenError | undefined> {
  for (const { name, content } of files) {
    const extension = /\.([cm]?js|html?|css)$/.exec(name)?.[1]
    if (extension === undefined) continue
    const text = typeof content === 'string' ? content : Buffer.from(content).toString()
    if (!MAY_NAME_PICTURE.test(text)) continue
    const leftover = await leftoverOf(text, extension)
    if (leftover === undefined) continue
    const { written, hint } = leftover
    const what = `The file ${name} of the build holds a reference to a picture that nothing resolved: ${quote(written)}.`
    const endings = ['${', '"', "'", '`', ')', '']
    const place = await locate(
      root,
      endings.map((ending) => written + ending),
    )
    return new OneTokenError('LEFTOVER', what, { hint, place })
  }
  return undefined
}

async function leftoverOf(text: string, extension: string): Promise<Leftover | undefined> {
  if (extension === 'css') {
    const [first] = await cssReferences(text, 'compiled')
    return first && { written: first.written, hint: STYLE_HINT }
  }
  if (extension.startsWith('htm')) {
    const written = (await htmlReferences(text)).references.map(firstWritten).find((one) => one !== undefined)
    return written === undefined ? undefined : { written, hint: PAGE_HINT }
  }
  for (const pattern of IN_SCRIPT) {
    const [, written] = pattern.exec(text) ?? []
    if (written !== undefined) return { written, hint: SCRIPT_HINT }
  }
  return undefined
}

type PageReference = Awaited<ReturnType<typeof htmlReferences>>['references'][number]

function firstWritten(reference: PageReference): string | undefined {
  if (reference.kind === 'srcset') return reference.candidates[0]?.written
  if (reference.kind === 'style') return MAY_NAME_PICTURE.exec(reference.css)?.[0]
  return reference.written
}

const SCRIPT_HINT =
  'Import the picture, with the whole specifier as one string, and use what the import gives: ' +
  'neither words that are put together at run time nor URLs in templates can be resolved.'
const STYLE_HINT =
  'The bundler did not show this style sheet to the plugin. Name the picture in a style sheet that a source imports, ' +
  'or import it in JavaScript.'
const PAGE_HINT = 'Pages can name pictures in Vite. Elsewhere, import the picture in JavaScript.'
