const GIT_IGNORE = `# The cache can be made again from the renders at any time; the renders cannot be made again.
/.cache/
*.tmp
*.claim
`
const GIT_ATTRIBUTES = `# Pictures never change once they are there. To keep them in Git LFS, add: filter=lfs diff=lfs merge=lfs
images/* binary
renders/*.json text eol=lf
`

/** What git is told about a store, by the name of the file. */
export const GIT_FILES: Readonly<Record<'.gitignore' | '.gitattributes', string>> = {
  '.gitignore': GIT_IGNORE,
  '.gitattributes': GIT_ATTRIBUTES,
}

/** Patterns of ours that `text` says nothing about. What else stands there, and what it says of them, is its author's matter. */
export function lackingPatterns(name: keyof typeof GIT_FILES, text: string): string[] {
  const there = new Set(patternsOf(text))
  return patternsOf(GIT_FILES[name]).filter((pattern) => !there.has(pattern))
}

/** The lines of ours that hold these patterns. */
export function linesOf(name: keyof typeof GIT_FILES, patterns: readonly string[]): string[] {
  return GIT_FILES[name].split('\n').filter((line) => patterns.some((pattern) => firstWord(line) === pattern))
}

function patternsOf(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => (/^\s*(?:#|$)/.test(line) ? [] : firstWord(line)))
}

function firstWord(line: string): string {
  return line.trim().split(/\s+/, 1)[0] ?? ''
}
