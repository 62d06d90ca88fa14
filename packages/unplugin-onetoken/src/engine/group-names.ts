/**
 * Names of pictures, where some may be those of groups (`team`, `team/` or `team/*`): such a one stands for all entries
 * in it. What is neither stays as it is, to be told.
 */
export function withGroups(names: readonly string[], known: readonly string[]): string[] {
  return [...new Set(names.flatMap((name) => (known.includes(name) ? [name] : membersOf(name, known))))]
}

function membersOf(name: string, known: readonly string[]): string[] {
  const group = `${name.replace(/\/\*{0,2}$/, '')}/`
  // Whoever asks for an entry asks for its dark version.
  const members = known.filter((one) => one.startsWith(group) && !one.endsWith(':dark'))
  return members.length === 0 ? [name] : members
}
