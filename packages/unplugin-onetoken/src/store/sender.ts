import { randomUUID } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** The process that sends a request. */
export interface Sender {
  /** Random: numbers of processes are given again. */
  id: string
  pid: number
  host: string
  /** What the number counts in, where the system says so: containers can have one host name and numbers of their own. */
  namespace: string
}

/** This process. */
export const SELF: Sender = {
  id: randomUUID(),
  pid: process.pid,
  host: hostname(),
  namespace: pidNamespace(),
}

/** Whether a process has certainly ended; false for one that nothing is known of. `isAlive` asks this system. */
export function hasEnded({ id, pid, host, namespace }: Sender, isAlive: (pid: number) => boolean): boolean {
  if (id === SELF.id) return false
  // Of a file that cannot be read: whoever wrote it, gives no sign of life.
  if (id === '') return true
  if (!isOfThisSystem({ host, namespace })) return false
  // Our number belonged to another process before.
  return pid === SELF.pid || !isAlive(pid)
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
