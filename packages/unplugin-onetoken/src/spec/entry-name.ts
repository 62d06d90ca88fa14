/** Names that are taken: a module's default export, and `virtual:onetoken/manifest`. */
const RESERVED = new Set(['default', 'manifest', '__proto__'])

/**
 * Marks belong to the letters of many scripts: Hindi and Thai words are not spelt without them. A command would take a name
 * with a hyphen in front for an option, and `render --yes` pays for all that is missing.
 */
const SEGMENT = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_-]*$/u

/** The same as a pattern, but for the Unicode form: to be read with the flag `u`, as JSON Schema's are. */
export const ENTRY_NAME_PATTERN: string = (() => {
  const segment = SEGMENT.source.slice(1, -1)
  return `^(?!(?:${[...RESERVED].join('|')})$)${segment}(?:/${segment})*$`
})()

/** Whether `name` can name an entry: letters, digits, `_`, and `-` but in front, in groups by `/`. */
export function isEntryName(name: string): boolean {
  return (
    !RESERVED.has(name) &&
    name === name.normalize('NFC') &&
    name.split('/').every((part) => SEGMENT.test(part))
  )
}

/** The rule in words, for messages. */
export const ENTRY_NAME_RULE =
  'Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, no "-" in front, and not "default", "manifest" or "__proto__".'

/** What is wrong with a name that {@link isEntryName} refuses. */
export function entryNameRule(name: string): string {
  if (isEntryName(name.normalize('NFC'))) {
    return 'Its accents are characters of their own (Unicode NFD), which look the same but are another name. Type it anew.'
  }
  if (/(?:^|\/)-/.test(name) && isEntryName(name.replaceAll(/(^|\/)-+/g, '$1'))) {
    return 'Neither a name nor a part of one begins with "-": a command would take it for an option.'
  }
  return ENTRY_NAME_RULE
}
