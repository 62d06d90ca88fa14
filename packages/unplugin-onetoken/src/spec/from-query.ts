import { queryForm } from './parameters.ts'
import type { Parameters } from './types.ts'

/** The value that a manifest would hold for a query's text. Never throws: what cannot be read is left for the check. */
export function fromQuery(name: keyof Parameters, value: string, items: readonly string[]): unknown {
  const form = queryForm(name)
  if (form === 'integer') return numberOr(value)
  if (form === 'list') return items
  if (form === 'integers') return items.map(numberOr)
  if (form === 'quality') return qualityFromQuery(value, items)
  return value
}

function numberOr(value: string): number | string {
  return /^\d{1,15}$/.test(value) ? Number(value) : value
}

function qualityFromQuery(value: string, items: readonly string[]): unknown {
  if (!value.includes(':')) return numberOr(value)
  const pairs = items.map((item) => item.split(':'))
  const formats = new Set(pairs.map(([format]) => (format === 'jpeg' ? 'jpg' : format)))
  if (formats.size < pairs.length || pairs.some((pair) => pair.length !== 2)) return value
  return Object.fromEntries(pairs.map(([format = '', quality = '']) => [format, numberOr(quality)]))
}
