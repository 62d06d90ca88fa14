import { readFile, rename, rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'

/**
 * Moves a file to its place, over one that is there. On Windows that is refused while somebody reads the old
 * one: when it holds the same bytes it stays, else the move is tried again for a second.
 */
export async function replaceFile(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await rename(from, to)
    } catch (error) {
      const isInUse = ['EPERM', 'EACCES', 'EBUSY'].includes((error as NodeJS.ErrnoException).code ?? '')
      if (!isInUse || tries === 5) throw error
      if (await isSame(from, to)) return await rm(from, { force: true })
      await wait(tries * 100)
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
