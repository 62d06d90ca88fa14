import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { hasEnded, isAlive, isOfThisSystem, mayBeOfThisProcess, SELF, type Sender } from './sender.ts'

/** Milliseconds for which a lock is waited for: it is held for a few system calls. */
const PATIENCE = 10_000
const STEP = 10

/** Milliseconds after which a lock is taken for left whose holder nothing can be known of, such as one of another machine. */
const LEFT = 60_000

/**
 * Do something that no other process does at the same time: `lock` is a file that exists as long. One that a process
 * left which died is taken away. Throws what the system says, and where the lock stays with another process.
 */
export async function withLock<T>(
  lock: string,
  work: () => Promise<T>,
  patience: number = PATIENCE,
): Promise<T> {
  const end = Date.now() + patience
  while (!(await take(lock))) {
    await breakIfLeft(lock)
    if (Date.now() > end) throw held(lock)
    await sleep(STEP)
  }
  try {
    return await work()
  } finally {
    await rm(lock, { force: true }).catch(() => undefined)
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, JSON.stringify(SELF), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Only who holds the lock of the lock takes it away, and looks once more before: somebody else could just have got it. */
async function breakIfLeft(lock: string): Promise<void> {
  if (!(await isLeft(lock))) return
  const breaking = `${lock}.break`
  if (!(await take(breaking))) {
    // Two processes have died in the same few moments.
    if (await isOld(breaking)) await rm(breaking, { force: true })
    return
  }
  try {
    if (await isLeft(lock)) await rm(lock, { force: true })
  } finally {
    await rm(breaking, { force: true }).catch(() => undefined)
  }
}

async function isLeft(lock: string): Promise<boolean> {
  const holder = await holderOf(lock)
  if (holder === undefined || !isOfThisSystem(holder)) return await isOld(lock)
  // A thread may have ended with the lock in hand, although its process runs.
  const isAnotherThread = holder.id !== SELF.id && mayBeOfThisProcess(holder)
  return isAnotherThread ? await isOld(lock) : hasEnded(holder, isAlive)
}

/** Undefined while nothing is written into it yet. */
async function holderOf(lock: string): Promise<Sender | undefined> {
  try {
    const { id, pid, host, namespace, start } = JSON.parse(await readFile(lock, 'utf8')) as Sender
    return { id, pid, host, namespace, start }
  } catch {
    return undefined
  }
}

async function isOld(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > LEFT
}

function held(lock: string): Error {
  const code = `another process holds ${lock}`
  return Object.assign(new Error(code), { code })
}
