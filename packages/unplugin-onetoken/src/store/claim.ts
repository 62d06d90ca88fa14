import { lstat, open, rm } from 'node:fs/promises'

/** What happened to a name that was to be created. */
export type Created = 'created' | 'exists'

/** What differs from one file system to the next. */
export interface FileSystem {
  link(from: string, to: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  sleep(ms: number): Promise<unknown>
}

/** A claim is held for two system calls. One that stays this long was left by a process that died. */
const PATIENCE = 5_000
const STEP = 50

/**
 * Where there are no links: rename `temporary` to `file` unless something has that name. Only the holder of a
 * claim (a file beside it, created exclusively) may rename. Each claim that a dead process left behind opens the
 * next turn, with a claim of its own: taking an old one away could take it from a process that has just got it.
 */
export async function renameByClaim(
  temporary: string,
  file: string,
  { rename, sleep }: Pick<FileSystem, 'rename' | 'sleep'>,
): Promise<Created> {
  const left: string[] = []
  for (;;) {
    if (await isThere(file)) return 'exists'
    const claim = `${file}.${left.length}.claim`
    if (await take(claim)) {
      try {
        if (await isThere(file)) return 'exists'
        await rename(temporary, file)
        await drop(left)
        return 'created'
      } finally {
        await drop([claim])
      }
    }
    if (!(await isReleased(claim, sleep))) left.push(claim)
  }
}

async function take(claim: string): Promise<boolean> {
  try {
    await (await open(claim, 'wx')).close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function isReleased(claim: string, sleep: FileSystem['sleep']): Promise<boolean> {
  for (let waited = 0; waited < PATIENCE; waited += STEP) {
    if (!(await isThere(claim))) return true
    await sleep(STEP)
  }
  return false
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function drop(claims: readonly string[]): Promise<void> {
  for (const claim of claims) await rm(claim, { force: true }).catch(() => undefined)
}
