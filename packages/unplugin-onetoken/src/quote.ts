/** Longest text of a person that a message repeats. */
export const MAX_QUOTED: number = 60

/** Paths are told in full, within reason. */
const MAX_PATH = 400

/** `text` in quotes on one line, shortened, with control characters shown as escapes. Safe for terminals. */
export function quote(text: string, longest: number = MAX_QUOTED): string {
  // Cut before it is spread into characters: a prompt may be a megabyte.
  const points = [...text.slice(0, 2 * longest + 2)]
  const short = points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : text
  return `"${visible(short)}"`
}

/** A path in quotes, safe for terminals, with room for all of it. */
export function quotePath(path: string): string {
  return quote(path, MAX_PATH)
}

/** Control, format and separator characters and lone surrogates, but not the joiners that words and emoji are spelt with. */
const UNSAFE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** What CI systems take for a command wherever it stands. */
const COMMANDS = /##(?=(?:vso|teamcity)?\[)/gi

const NAMED: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * `text` with everything that could steer a terminal or a CI log shown as an escape: control characters, invisible
 * and bidirectional ones, line separators, and what CI systems take for a command: a `::` at the start of a line
 * (GitHub), `##[`, `##vso[` and `##teamcity[` anywhere in it (GitHub, Azure, TeamCity).
 */
export function visible(text: string): string {
  return text
    .replace(UNSAFE, escape)
    .replace(/^(\s*)::/, '$1\\u003a:')
    .replace(COMMANDS, '#\\u0023')
}

/** {@link visible}, of a text whose lines stay lines. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

/** The text of a JSON value that says the same, and is as safe as {@link visible}. Its lines stay lines. */
export function visibleJson(json: string): string {
  return json
    .replace(UNSAFE, (character) =>
      character === '\n' ? character : character.replace(/[^]/g, (unit) => `\\u${hex(unit.charCodeAt(0))}`),
    )
    .replace(COMMANDS, '#\\u0023')
}

function escape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return NAMED[character] ?? (code > 0xffff ? `\\u{${hex(code)}}` : `\\u${hex(code)}`)
}

function hex(code: number): string {
  return code.toString(16).padStart(4, '0')
}
