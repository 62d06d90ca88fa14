// Notes which files a process looks at outside of a folder. Imported before anything that takes functions of `fs`.
import fs from 'node:fs'
import promises from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const { realpathSync } = fs

/**
 * Those that give what is in a file or a folder: to follow a link with them is to read what it leads to. (Where a path leads
 * is asked of any: only that tells what lies inside.)
 */
const READING = [
  'open',
  'openSync',
  'opendir',
  'opendirSync',
  'readFile',
  'readFileSync',
  'readdir',
  'readdirSync',
]
const LOOKING = ['access', 'accessSync', 'exists', 'existsSync', 'stat', 'statSync', 'lstat', 'lstatSync']

let inside: string | undefined
let outside: string[] = []

function isInside(path: string): boolean {
  return path === inside || path.startsWith(`${inside}${sep}`)
}

function note(name: string, argument: unknown): void {
  if (inside === undefined || typeof argument === 'number') return
  const path = resolve(argument instanceof URL ? fileURLToPath(argument) : String(argument))
  let real = path
  try {
    if (READING.includes(name)) real = realpathSync.native(path)
  } catch {
    // It is not there.
  }
  // What lies above is looked at to find where links lead, and read by nobody.
  const isAbove = !READING.includes(name) && `${inside}${sep}`.startsWith(path)
  if (!isInside(real) && !isAbove) outside.push(`${name} ${path}`)
}

type Callable = Record<string, (...args: unknown[]) => unknown>

for (const object of [fs, promises] as unknown as Callable[]) {
  for (const name of [...READING, ...LOOKING]) {
    const original = object[name]
    if (typeof original !== 'function') continue
    const watched = (...args: unknown[]): unknown => {
      note(name, args[0])
      return original.apply(object, args)
    }
    object[name] = Object.assign(watched, original)
  }
}

/** What is looked at outside of a folder while some work runs. */
export async function outsideOf(folder: string, work: () => Promise<unknown>): Promise<string[]> {
  inside = realpathSync.native(folder)
  outside = []
  try {
    await work()
  } finally {
    inside = undefined
  }
  return outside
}
