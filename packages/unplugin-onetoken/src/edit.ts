/** A piece of a text that is replaced. Offsets are UTF-16 code units from 0; `end` is behind the last one. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** Apply edits that do not overlap. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const { start, end, text: replacement } of [...edits].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + replacement
    at = end
  }
  return result + text.slice(at)
}
