import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { received, type Reply, type Request, type Task, type TaskResults } from './messages.ts'

/** The process ended, or never began; says how. */
export class WorkerLost extends Error {
  override readonly name: string = 'WorkerLost'
}

/** A process that does one task at a time. */
export interface Worker {
  readonly pid: number | undefined
  /** @throws WorkerLost when the process ends before it has answered, else the error that it sent */
  run(task: Task): Promise<TaskResults[Task['kind']]>
  /** Nothing to do: lets this process end without it, and ends it after some milliseconds. */
  rest(milliseconds: number): void
  /** Kills it; resolves when it is gone. */
  end(): Promise<void>
}

/**
 * What a worker needs of the environment: finding libraries and temporary folders. All else stays here, the
 * API key before all; `NODE_OPTIONS` too, which may hold a debugger's port or a test runner's hooks.
 */
const PASSED = [
  'PATH',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'DYLD_FALLBACK_LIBRARY_PATH',
] as const

/** The environment of a worker. */
export function workerEnvironment(all: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const env: Record<string, string> = { VIPS_CONCURRENCY: '1' }
  for (const name of PASSED) {
    const value = all[name]
    if (value !== undefined) env[name] = value
  }
  return env
}

/** Starts a worker process. `onGone` is called once when it has ended, whoever wanted that. */
export function startWorker(file: URL | string, onGone: () => void): Worker {
  const child = fork(file instanceof URL ? fileURLToPath(file) : file, [], {
    env: workerEnvironment(),
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const words = lastWords(child)
  let id = 0
  let settle: { done(reply: Reply): void; lost(error: WorkerLost): void } | undefined
  let timer: NodeJS.Timeout | undefined
  let gone: WorkerLost | undefined

  const ended = new Promise<void>((resolve) => {
    function leave(why: string): void {
      if (gone !== undefined) return
      gone = new WorkerLost([why, words()].filter(Boolean).join(': '))
      clearTimeout(timer)
      onGone()
      settle?.lost(gone)
      resolve()
    }
    // After `exit`, stderr may still hold the words that tell why.
    child.on('close', (code, signal) =>
      leave(signal === null ? `it exited with ${code}` : `it was ended by ${signal}`),
    )
    // A process that could not be started never closes. An error of one that runs is followed by its end.
    child.on('error', (error) => (child.pid === undefined ? leave(error.message) : child.kill('SIGKILL')))
  })
  child.on('message', (reply: Reply) => settle?.done(reply))

  return {
    pid: child.pid,
    run(task) {
      if (gone !== undefined) return Promise.reject(gone)
      clearTimeout(timer)
      hold(child, true)
      const request: Request = { id: ++id, task }
      return new Promise((resolve, reject) => {
        settle = {
          lost: reject,
          done(reply) {
            if (reply.id !== id) return
            settle = undefined
            if (reply.ok) resolve(reply.result)
            else reject(received(reply.error))
          },
        }
        // A message that cannot be sent means a channel that is closed: the process is ending.
        child.send(request, (error) => error && child.kill('SIGKILL'))
      })
    },
    rest(milliseconds) {
      hold(child, false)
      timer = setTimeout(() => child.kill('SIGKILL'), milliseconds).unref()
    },
    end() {
      // Whoever waits for the end needs the event of it: a child that is let go would not keep Node running.
      if (gone === undefined) hold(child, true)
      child.kill('SIGKILL')
      return ended
    },
  }
}

/** Whether the child, its channel and its stderr keep this process alive. */
function hold(child: ChildProcess, alive: boolean): void {
  const change = alive ? 'ref' : 'unref'
  child[change]()
  // `channel` and the pipe have these methods, which the types leave out.
  const handles = [child.channel, child.stderr] as ({ ref?(): void; unref?(): void } | null | undefined)[]
  for (const handle of handles) handle?.[change]?.()
}

/** The last line that a process wrote to stderr, capped. */
function lastWords(child: ChildProcess): () => string {
  let tail = ''
  child.stderr?.setEncoding('utf8')
  child.stderr?.on('data', (text: string) => {
    tail = (tail + text).slice(-4000)
  })
  return () => {
    const lines = tail.split('\n').map((line) => line.trim())
    // Node prints its version last; the line with the error is the one worth reading.
    const error = lines.find((line) => /^(\w*Error\b|.*\bfatal\b)/i.test(line))
    return (error ?? lines.findLast((line) => line !== '') ?? '').slice(0, 300)
  }
}
