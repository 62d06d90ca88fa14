import type { YAMLError } from 'yaml'
import { visible } from './text.ts'

/** What to say of text that is no YAML, or no YAML that is read here. */
export interface YamlMessage {
  message: string
  hint: string | undefined
}

const ONE_LINE = 'Each line is "name: value"; text that holds ": " or " #" goes in quotes.'

/** The words of a person for the mistakes that people make; those of the library for the others. */
export function yamlMessage({ code, message, pos }: YAMLError, text: string): YamlMessage {
  if (code === 'TAB_AS_INDENT') {
    return { message: 'The line is indented with a tab.', hint: 'YAML is indented with spaces.' }
  }
  if (code === 'MULTIPLE_DOCS') {
    return {
      message: 'A line "---" begins a second document.',
      hint: 'Remove the line: a file is one document.',
    }
  }
  if (code === 'TAG_RESOLVE_FAILED') {
    return {
      message: `${visible(message)}.`,
      hint: 'Tags (!name) are not read here; text that begins with "!" goes in quotes.',
    }
  }
  if (
    code === 'BLOCK_AS_IMPLICIT_KEY' ||
    code === 'MULTILINE_IMPLICIT_KEY' ||
    /^Implicit map keys/.test(message)
  ) {
    return { message: unreadable(message), hint: ONE_LINE }
  }
  const line = text.slice(text.lastIndexOf('\n', pos[0] - 1) + 1).split('\n', 1)[0] ?? ''
  return {
    message: unreadable(message),
    hint: /: .*[:#@`%]/.test(line) ? 'Text with such characters goes in quotes.' : undefined,
  }
}

function unreadable(message: string): string {
  return `The file cannot be read as YAML: ${visible(message).replace(/\.?$/, '.')}`
}
