import type { ChildProcess } from 'node:child_process'

/** Kill a process, if it is still there, and wait for its end: what it writes must not outlive its test. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  // Not for `close`: what it has started itself may hold its outputs open.
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}
