/** Deeper values are no settings, and would end the stack of whoever walks them. */
const MAX_DEPTH = 64

/**
 * Whether a value is JSON through and through: no functions, no numbers without end, no value inside itself, no half
 * characters, and no `__proto__`, which most programs drop.
 */
export function isJsonTree(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'boolean') return true
  if (typeof value === 'string') return value.isWellFormed()
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth > MAX_DEPTH) return false
  if (Array.isArray(value)) return value.every((item) => isJsonTree(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.entries(value).every(([name, member]) => {
    return name !== '__proto__' && name.isWellFormed() && isJsonTree(member, depth + 1)
  })
}
