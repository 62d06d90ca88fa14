/** Names that are taken: a module's default export, and `virtual:onetoken/manifest`. */
const RESERVED = new Set(['default', 'manifest', '__proto__'])

/** Marks belong to the letters of many scripts: Hindi and Thai words are not spelt without them. */
const SEGMENT = /^[\p{L}\p{N}_-][\p{L}\p{N}\p{M}_-]*$/u

/** Whether `name` can name an entry: letters, digits, `-` and `_`, in groups by `/`. */
export function isEntryName(name: string): boolean {
  return (
    !RESERVED.has(name) &&
    name === name.normalize('NFC') &&
    name.split('/').every((part) => SEGMENT.test(part))
  )
}

/** The rule in words, for messages. */
export const ENTRY_NAME_RULE =
  'Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default", "manifest" or "__proto__".'

/** What is wrong with a name that {@link isEntryName} refuses. */
export function entryNameRule(name: string): string {
  if (isEntryName(name.normalize('NFC'))) {
    return 'Its accents are characters of their own (Unicode NFD), which look the same but are another name. Type it anew.'
  }
  return ENTRY_NAME_RULE
}
