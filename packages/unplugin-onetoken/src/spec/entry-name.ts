/** Names that are taken: a module's default export, and `virtual:onetoken/manifest`. */
const RESERVED = new Set(['default', 'manifest', '__proto__'])

const SEGMENT = /^[\p{L}\p{N}_-]+$/u

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
  'Names have letters, digits, "-" and "_", in groups by "/" (such as team/ada); no dots, and not "default" or "manifest".'
