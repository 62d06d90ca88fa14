/** Headers of an answer, names in lower case. */
export type AnswerHeaders = Record<string, string | string[] | undefined>

/** A header as one trimmed text, its first value where it was sent several times. */
export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value)?.trim()
}
