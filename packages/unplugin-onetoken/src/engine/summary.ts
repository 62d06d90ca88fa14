import type { OneTokenError } from '../errors.ts'
import { dollars } from '../render/pricing.ts'

/** What a run did. */
export interface Summary {
  /** Renders that were paid for. */
  rendered: number
  /** Dollars. */
  cost: number
  /** Renders that were there already. */
  reused: number
  /** Pictures with a placeholder in their place. */
  placeholders: number
  /** Edits that are used as they were before their parents changed, by name. */
  stale: string[]
  /** Why other pictures are used in the place of those that their words say. */
  refused: OneTokenError[]
  /** Files that pages get, and how many of them were encoded in this run. */
  files: number
  encoded: number
  /** Length of the renders that were used, and of the files made from them. */
  bytesBefore: number
  bytesAfter: number
}

/** Counts what a run does; a picture that several modules use is counted once. */
export interface Tally {
  rendered(key: string, usd: number): void
  reused(key: string): void
  placeholder(label: string): void
  /** An edit is used as it was before its parent changed. */
  stale(label: string): void
  /** The words of a picture were refused, and another one is used. */
  refused(key: string, error: OneTokenError): void
  variants(
    recipe: string,
    source: { key: string; bytes: number },
    files: readonly { bytes: number }[],
    cached: boolean,
  ): void
  summary(): Summary
}

/** An empty tally. */
export function createTally(): Tally {
  const rendered = new Map<string, number>()
  const reused = new Set<string>()
  const placeholders = new Set<string>()
  const stale = new Set<string>()
  const refused = new Map<string, OneTokenError>()
  const sources = new Map<string, number>()
  const recipes = new Map<string, { files: number; bytes: number; encoded: number }>()
  const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0)
  return {
    rendered(key, usd) {
      rendered.set(key, usd)
      // Whoever shares its request may have been first to say that it is there.
      reused.delete(key)
    },
    reused: (key) => void (rendered.has(key) || reused.add(key)),
    placeholder: (label) => void placeholders.add(label),
    stale: (label) => void stale.add(label),
    refused: (key, error) => void refused.set(key, error),
    variants(recipe, { key, bytes }, files, cached) {
      sources.set(key, bytes)
      const encoded = (recipes.get(recipe)?.encoded ?? 0) + (cached ? 0 : files.length)
      recipes.set(recipe, { files: files.length, bytes: sum(files.map((file) => file.bytes)), encoded })
    },
    summary: () => ({
      rendered: rendered.size,
      cost: sum(rendered.values()),
      reused: reused.size,
      placeholders: placeholders.size,
      stale: [...stale].sort(),
      refused: [...refused.values()],
      files: sum([...recipes.values()].map(({ files }) => files)),
      encoded: sum([...recipes.values()].map(({ encoded }) => encoded)),
      bytesBefore: sum(sources.values()),
      bytesAfter: sum([...recipes.values()].map(({ bytes }) => bytes)),
    }),
  }
}

/** The closing line of a run; undefined when it had no pictures. */
export function summaryText(summary: Summary): string | undefined {
  const { rendered, cost, reused, placeholders, files, encoded, bytesBefore, bytesAfter } = summary
  if (rendered + reused + placeholders === 0) return undefined
  const parts = [
    `${count(rendered, 'render')} made${rendered === 0 ? '' : ` (${dollars(cost)})`}`,
    `${reused} reused`,
    ...(placeholders > 0 ? [count(placeholders, 'placeholder')] : []),
    `${count(files, 'file')}${encoded === files ? '' : ` (${encoded} encoded)`}`,
    ...(bytesBefore > 0 ? [`${size(bytesBefore)} of renders → ${size(bytesAfter)} of files`] : []),
  ]
  return parts.join(', ')
}

const MOST_NAMED = 5

/** What to tell at the end of a run about edits whose parents have changed; undefined when there are none. */
export function staleText({ stale }: Pick<Summary, 'stale'>): string | undefined {
  if (stale.length === 0) return undefined
  const what = stale.length === 1 ? `${names(stale)} is` : `${names(stale)} are`
  const how = stale.length === 1 ? 'as it was before what it is' : 'as they were before what they are'
  return `${what} ${how} an edit of changed. To pay for new ones: npx --no-install onetoken render --stale`
}

/** What to tell at the end of a run about entries without an alternative text; undefined when there are none. */
export function silentText(entries: readonly string[]): string | undefined {
  if (entries.length === 0) return undefined
  const what = entries.length === 1 ? `${names(entries)} has` : `${names(entries)} have`
  return `${what} no "alt": write into the manifest what people miss who cannot see it, or alt: "" for decoration.`
}

/** `hero`, `hero and boat`, `a, b, c, d, e and 3 more`. */
function names(all: readonly string[]): string {
  const shown = all.slice(0, MOST_NAMED)
  const more = all.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** `1 render`, `2 renders`. */
export function count(number: number, noun: string, nouns: string = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : nouns}`
}

/** `1.24 MB`, `412 kB`: decimal units, as bundlers print them. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 999_500
    ? `${(bytes / 1000).toFixed(bytes < 9_950 ? 1 : 0)} kB`
    : `${(bytes / 1e6).toFixed(2)} MB`
}
