import { Lexer, type YAMLError } from 'yaml'
import { quote, visible } from './text.ts'

/** What to say of text that is no YAML, or no YAML that is read here. */
export interface YamlMessage {
  message: string
  hint: string | undefined
  offset: number
}

const ONE_LINE =
  'Each line is "name: value". Text that holds ": " or " #" goes in quotes; text of several lines goes below "prompt: |".'
const QUOTES = 'Put the text in quotes.'

/** The words of a person for the mistakes that people make; those of the library for the others. */
export function yamlMessage({ code, message, pos }: YAMLError, text: string): YamlMessage {
  const say = (what: string, hint?: string, offset: number = pos[0]): YamlMessage => ({
    message: what,
    hint,
    offset,
  })
  switch (code) {
    case 'TAB_AS_INDENT':
      return say('The line is indented with a tab.', 'YAML is indented with spaces.')
    case 'MULTIPLE_DOCS':
      return say('A line "---" begins a second document.', 'Remove the line: a file is one document.')
    case 'TAG_RESOLVE_FAILED': {
      const tag = message.replace(/^Unresolved tag: (?:tag:yaml\.org,2002:)?!*/, '')
      return say(
        `The tag ${quote(`!${tag}`)} means nothing here.`,
        'Text that begins with "!" goes in quotes.',
      )
    }
    case 'BLOCK_AS_IMPLICIT_KEY':
      return say('A second "name: value" begins inside a value.', ONE_LINE)
    case 'MULTILINE_IMPLICIT_KEY':
      return say('Text stands where "name: value" is expected.', ONE_LINE)
    case 'NON_STRING_KEY':
      return say(
        'A name must be text, not a list or a mapping.',
        'Where brackets belong to the name, put it in quotes.',
      )
    case 'BAD_SCALAR_START':
      return say(`Text cannot begin with ${quote(text.charAt(pos[0]))}.`, QUOTES)
  }
  if (message.startsWith('Implicit map keys'))
    return say('Text stands where "name: value" is expected.', ONE_LINE)
  if (/^Missing closing .quote/.test(message)) {
    return say(
      'A quote is opened here and never closed.',
      'Close it at the end of the text.',
      lastTokenAt(text),
    )
  }
  if (message.endsWith(' at node end')) {
    return say(
      'Something stands behind a value that has ended.',
      'Text that begins with a quote, "{", "[", "*", "&" or "!" goes in quotes as a whole.',
    )
  }
  const bracket = /^Flow .* end with a ([\]}])$/.exec(message)?.[1]
  if (bracket !== undefined) {
    return say(
      `A bracket before this place is not closed by "${bracket}", or its lines are not indented.`,
      `Close it. ${ONE_LINE}`,
    )
  }
  return say(`The file cannot be read as YAML: ${visible(message).replace(/\.?$/, '.')}`)
}

/** Where the last token of a text begins: that of a quote without an end. */
function lastTokenAt(text: string): number {
  let [last, next] = [0, 0]
  for (const lexeme of new Lexer().lex(text)) {
    if (/^["']/.test(lexeme)) last = next
    if (!/^[\u0002\u0018\u001f]$/.test(lexeme)) next += lexeme.length
  }
  return last
}
