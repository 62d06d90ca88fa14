import { readFile, rename, rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

/** What the system does, for tests. */
export interface ReplaceSystem {
  rename(from: string, to: string): Promise<void>
  /** Milliseconds. */
  wait(ms: number): Promise<unknown>
}

const REAL: ReplaceSystem = { rename, wait }

/**
 * Moves a file to its place, over one that is there. On Windows that is refused while somebody reads the old
 * one: when it holds the same bytes it stays, else the move is tried again for a second.
 */
export async function replaceFile(from: string, to: string, system: ReplaceSystem = REAL): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await system.rename(from, to)
    } catch (error) {
      const isInUse = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')
      if (!isInUse || tries === 5) throw error
      if (await isSame(from, to)) return await rm(from, { force: true })
      await system.wait(tries * 100)
    }
  }
}

async function isSame(one: string, other: string): Promise<boolean> {
  try {
    const [left, right] = await Promise.all([readFile(one), readFile(other)])
    return left.equals(right)
  } catch {
    return false
  }
}
