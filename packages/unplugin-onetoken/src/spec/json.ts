import { OneTokenError, type ErrorCode } from '../errors.ts'
import { placesOf } from './places-of.ts'
import { visible } from './text.ts'
import { parseYaml, type YamlFile } from './yaml.ts'

/** Parse JSON. Throws `code` with file, line and column; also for names that are there twice. */
export function parseJson(text: string, file: string, code: ErrorCode): YamlFile {
  try {
    JSON.parse(text)
  } catch (cause) {
    const said = (cause as SyntaxError).message
    const offset = Number(/ at position (\d+)/.exec(said)?.[1] ?? firstStrange(text))
    // Engines add the position and a piece of the text, in words that differ from version to version.
    const message = said.replace(/ in JSON.*|, ?(?:"|\.\.\.).*$/s, '').replace(/\.?$/, '.')
    throw new OneTokenError(code, `The file cannot be read as JSON: ${visible(message)}`, {
      hint: 'Names and text are in double quotes; JSON has no comments, and no comma before } or ].',
      place: placesOf(text, file)(Math.min(offset, text.length)),
      cause,
    })
  }
  // JSON is YAML, whose parser knows where everything stands and sees double names.
  return parseYaml(text, file, code)
}

/** Where the first thing stands that is no token of JSON; the end of the text when all of them are. */
function firstStrange(text: string): number {
  const token = /\s+|[{}[\]:,]|"(?:[^"\\\p{Cc}]|\\.)*"|-?\d[\d.eE+-]*|(?:true|false|null)\b/uy
  let offset = 0
  while (token.test(text)) offset = token.lastIndex
  return offset
}
