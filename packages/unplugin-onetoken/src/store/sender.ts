import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** The process that sends a request. */
export interface Sender {
  /** Random: numbers of processes are given again. Each thread and each copy of this package has one of its own. */
  id: string
  pid: number
  host: string
  /** What the number counts in, where the system says so: containers can have one host name and numbers of their own. */
  namespace: string
  /** When the process began, in ticks since the system did; undefined where the system does not say so. */
  start?: string | undefined
}

/** This process. */
export const SELF: Sender = {
  id: randomUUID(),
  pid: process.pid,
  host: hostname(),
  namespace: pidNamespace(),
  start: startOfProcess(),
}

/** Whether a process has certainly ended; false for one that nothing is known of. `isAlive` asks this system. */
export function hasEnded(sender: Sender, isAlive: (pid: number) => boolean): boolean {
  const { id, pid } = sender
  if (id === SELF.id) return false
  // Of a file that cannot be read: whoever wrote it, gives no sign of life.
  if (id === '') return true
  if (!isOfThisSystem(sender)) return false
  if (pid !== SELF.pid) return !isAlive(pid)
  // Another process had our number before, unless it is ours, by another thread or another copy of this package.
  return !mayBeOfThisProcess(sender)
}

/** Whether that may be this process, in a thread or by a copy of this package that nothing else is known of. */
export function mayBeOfThisProcess(sender: Sender): boolean {
  if (sender.pid !== SELF.pid || !isOfThisSystem(sender)) return false
  const { start } = sender
  return start === undefined || SELF.start === undefined || start === SELF.start
}

/** Whether the numbers of that process mean the same here. */
export function isOfThisSystem({ host, namespace }: Pick<Sender, 'host' | 'namespace'>): boolean {
  return host === SELF.host && namespace === SELF.namespace
}

/** Whether this system has a process of this number. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process cannot be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** The same for all threads of a process, as no clock is: that can be set. */
function startOfProcess(): string | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // After the name of the program, which may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    return stat.slice(stat.lastIndexOf(')')).split(' ')[20]
  } catch {
    return undefined
  }
}
