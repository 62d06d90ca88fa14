import { extname } from 'node:path'
import { specifierOfURL, URL_REFERENCE } from '../spec/reference.ts'
import { scriptsOf } from './scripts.ts'
import { tokensOf } from './tokens.ts'

/** A picture in `new URL('onetoken:hero', import.meta.url)`. */
export interface ScriptURL {
  /** `virtual:onetoken/hero` */
  specifier: string
  /** As it is written, with its escapes decoded. */
  written: string
  /** The string, with its quotes: UTF-16 code units from 0. */
  start: number
  end: number
}

/** The pictures that a script names by URLs. */
export function scriptURLs(code: string, file: string): ScriptURL[] {
  const found: ScriptURL[] = []
  for (const script of scriptsOf(code, extname(file))) {
    const tokens = tokensOf(script)
    for (const [index, { value, offset, text }] of tokens.entries()) {
      if (text === undefined || !URL_REFERENCE.test(text)) continue
      const before = tokens.slice(Math.max(0, index - 3), index).map((token) => token.value)
      const behind = tokens.slice(index + 1, index + 8).map((token) => token.value)
      if (before.join(' ') !== 'new URL (' || !/^, import \. meta \. url [,)]$/.test(behind.join(' ')))
        continue
      found.push({
        specifier: specifierOfURL(text),
        written: text,
        start: offset,
        end: offset + value.length,
      })
    }
  }
  return found
}
