import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A server's process of ours. */
export interface Daemon {
  readonly name: string
  /** Whether it has ended, by itself or because it was stopped. */
  hasEnded(): boolean
  /** The end of what it printed. */
  log(): Promise<string>
  /** Resolves when the process is gone. */
  stop(): Promise<void>
}

/** Time to end in peace; these servers hold nothing that anybody misses. */
const GRACE = 3_000
const MOST_LOG = 4_000

/** Start a server that stays in the foreground. What it prints goes into a file in `folder`. */
export async function startDaemon(
  command: string,
  args: readonly string[],
  { folder, env = {} }: { folder: string; env?: Record<string, string> },
): Promise<Daemon> {
  const path = join(folder, `${command}.out`)
  const output = await open(path, 'a')
  const child = spawn(findProgram(command) ?? command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', output.fd, output.fd],
  })
  await output.close()
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  // A test runner that dies must not leave servers behind.
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  return {
    name: command,
    hasEnded: () => hasEnded(child),
    log: async () => (await readFile(path, 'utf8').catch(() => '')).slice(-MOST_LOG),
    async stop() {
      if (!hasEnded(child)) {
        child.kill('SIGTERM')
        const timer = setTimeout(kill, GRACE)
        await ended
        clearTimeout(timer)
      }
      process.off('exit', kill)
    },
  }
}

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}

/** Wait until `isReady`; fails with the logs of the daemons when one of them ends or the time is over. */
export async function untilReady(
  daemons: readonly Daemon[],
  ms: number,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + ms
  while (!(await isReady().catch(() => false))) {
    const dead = daemons.find((daemon) => daemon.hasEnded())
    if (dead === undefined && Date.now() < end) {
      await sleep(100)
      continue
    }
    const why = dead === undefined ? `was not ready within ${ms / 1000} s` : `ended at its start`
    const logs = await Promise.all(daemons.map(async ({ name, log }) => `--- ${name}\n${await log()}`))
    throw new Error(`${(dead ?? daemons.at(-1))?.name} ${why}.\n${logs.join('\n')}`)
  }
}

/** Run a program to its end; what it printed. Fails with its words when it fails or takes longer than `ms`. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { env, ms }: { env: Record<string, string>; ms: number },
): Promise<string> {
  return await new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: ms, killSignal: 'SIGKILL' } as const
    execFile(findProgram(command) ?? command, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(`${command} ${args.join(' ')} failed: ${error.message}\n${stderr}`))
    })
  })
}

/** Path of a program that is installed here. Servers lie where the PATH of a plain user may not lead. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Below those of which a system gives one to who asks for any: other tests do that before the server listens. */
const PORTS = { from: 10_000, to: 32_000 }

/** Ports of loopback that nobody has at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) {
    const port = randomInt(PORTS.from, PORTS.to)
    if (await isFree(port)) ports.add(port)
  }
  return [...ports]
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
