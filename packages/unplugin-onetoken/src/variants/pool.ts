import { availableParallelism } from 'node:os'
import { OneTokenError } from '../errors.ts'
import type { Task, TaskResults } from './messages.ts'
import { joinParts, splitJob } from './split.ts'
import type { EncodedPicture, EncodeJob, Encoder } from './types.ts'
import { startWorker, WorkerLost, type Worker } from './worker-process.ts'

/** How a pool is made. */
export interface PoolOptions {
  /** File URL or path of the built worker. */
  worker: URL | string
  /** The most processes at a time. @default os.availableParallelism() */
  size?: number | undefined
  /** Milliseconds after which a process that has nothing to do is ended. @default 30000 */
  idleTime?: number | undefined
}

/** A pool of encoder processes. */
export interface EncoderPool extends Encoder {
  /** Ids of the processes that run. */
  readonly processes: readonly number[]
}

interface Waiting {
  task: Task
  resolve: (result: TaskResults[Task['kind']]) => void
  reject: (error: unknown) => void
}

/**
 * Encoders in processes of their own, one libvips thread each: AVIF bytes depend on the number of threads,
 * so these are the same on every machine; every core is busy; and a crash in native code stays away from the
 * build. Processes are started when there is work for them, and do not keep this process alive when there is
 * none. One that dies fails only its own task, after a second try in a new process.
 */
export function createEncoderPool(options: PoolOptions): EncoderPool {
  const size = Math.max(1, options.size ?? availableParallelism())
  const idleTime = options.idleTime ?? 30_000
  const workers = new Set<Worker>()
  const idle: Worker[] = []
  const queue: Waiting[] = []
  let closed = false

  function next(): void {
    while (queue.length > 0 && (idle.length > 0 || workers.size < size)) {
      const waiting = queue.shift() as Waiting
      void work(waiting)
    }
  }

  async function work({ task, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve(await withRetry(task))
    } catch (error) {
      reject(closed ? stopped() : error)
    } finally {
      next()
    }
  }

  async function withRetry(task: Task): Promise<TaskResults[Task['kind']]> {
    // Taken before anything is awaited, so that `next` counts it.
    let worker = idle.pop() ?? start()
    for (let tries = 1; ; tries++) {
      try {
        const result = await worker.run(task)
        release(worker)
        return result
      } catch (error) {
        if (!(error instanceof WorkerLost)) {
          release(worker)
          throw error
        }
        workers.delete(worker)
        if (tries === 2 || closed) throw lost(task, error)
        worker = start()
      }
    }
  }

  function start(): Worker {
    const worker = startWorker(options.worker, () => {
      workers.delete(worker)
      const place = idle.indexOf(worker)
      if (place >= 0) idle.splice(place, 1)
    })
    workers.add(worker)
    return worker
  }

  function release(worker: Worker): void {
    if (!workers.has(worker)) return
    if (closed) return void worker.end()
    idle.push(worker)
    worker.rest(idleTime)
  }

  function add<K extends Task['kind']>(task: Task & { kind: K }): Promise<TaskResults[K]> {
    if (closed) return Promise.reject(stopped())
    return new Promise((resolve, reject) => {
      // The worker answers a task with the result of its kind.
      queue.push({ task, resolve: resolve as Waiting['resolve'], reject })
      next()
    })
  }

  async function encode(job: EncodeJob): Promise<EncodedPicture> {
    const free = queue.length > 0 ? 0 : size - workers.size + idle.length
    const parts = splitJob(job, free)
    // All parts end before one's failure is told: they write into the same folder, which the caller removes.
    const ends = await Promise.allSettled(parts.map((part) => add({ kind: 'encode', job: part })))
    const results = ends.map((end) => {
      if (end.status === 'rejected') throw end.reason
      return end.value
    })
    return joinParts(job, results)
  }

  return {
    encode,
    inspect: (image) => add({ kind: 'inspect', image }),
    convertInput: (bytes, convert = {}) => add({ kind: 'convertInput', bytes, options: convert }),
    convertMask: (bytes, convert = {}) => add({ kind: 'convertMask', bytes, options: convert }),
    get processes() {
      return [...workers].flatMap((worker) => worker.pid ?? [])
    },
    async close() {
      closed = true
      for (const { reject } of queue.splice(0)) reject(stopped())
      await Promise.all([...workers].map((worker) => worker.end()))
    },
  }
}

function stopped(): OneTokenError {
  return new OneTokenError('ABORTED', 'The encoder was closed before this was done.')
}

function lost(task: Task, cause: WorkerLost): OneTokenError {
  const what = task.kind === 'encode' ? `encoding ${task.job.source.file}` : 'looking at an image'
  return new OneTokenError(
    'ENCODE_FAILED',
    `The encoder process died twice while ${what}: ${cause.message}.`,
    {
      hint: 'If memory is short, ask for fewer pixels or close other programs; then run again: what is there already is kept.',
      cause,
    },
  )
}
