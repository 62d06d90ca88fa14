import type { Rollup } from 'vite'
import { OneTokenError } from '../errors.ts'

/** An import at run time in a script, an attribute in a page, a `url()` in a style sheet. */
const LEFTOVERS = {
  js: /\bimport\(\s*(?:\/\*.*?\*\/\s*)?["'`]virtual:onetoken/,
  html: /\b(?:src|srcset|href|poster|content)\s*=\s*["']?(?:virtual:onetoken[/?]|onetoken:)/i,
  css: /url\(\s*["']?(?:virtual:onetoken[/?]|onetoken:)/i,
} as const

/** Where a build holds a reference that nothing has resolved: a browser could make nothing of it. */
export function findLeftover(bundle: Rollup.OutputBundle): OneTokenError | undefined {
  for (const [name, file] of Object.entries(bundle)) {
    const kind = /\.(js|html|css)$/.exec(name.replace(/\.[cm]js$/, '.js'))?.[1] as
      keyof typeof LEFTOVERS | undefined
    if (kind === undefined) continue
    const text = file.type === 'chunk' ? file.code : String(file.source)
    if (!LEFTOVERS[kind].test(text)) continue
    return new OneTokenError(
      'LEFTOVER',
      `The file ${name} of the build holds a reference to a picture that nothing resolved.`,
      {
        hint:
          kind === 'js'
            ? 'Its words are put together at run time. Write the whole specifier as one string, or choose among entries of the manifest.'
            : 'Pictures are named by imports in JavaScript; HTML and CSS cannot name one yet.',
      },
    )
  }
  return undefined
}
