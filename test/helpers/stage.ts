import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { isEndOf, type End, type Order, type Report } from '../faults/workers/messages.ts'
import { startCountingApi, type CountingApi } from './counting-api.ts'
import type { Worker } from './workers.ts'

/** A store, an API that answers when it is allowed to, and what they need. */
export interface Stage {
  folder: string
  api: CountingApi
  /** Ask a worker for a picture. */
  order(
    worker: Worker,
    prompt: string,
    more?: Partial<Order>,
  ): { id: number; end: Promise<End>; looked: Promise<unknown> }
}

let ids = 0

/** Set it up; it is gone when the test ends. */
export async function createStage(before: (prompt: string) => Promise<unknown>): Promise<Stage> {
  const folder = join(await mkdtemp(join(tmpdir(), 'onetoken-processes-')), 'onetoken')
  onTestFinished(() => rm(dirname(folder), { recursive: true, force: true }))
  const api = await startCountingApi(64, before)
  onTestFinished(() => api.close())
  return {
    folder,
    api,
    order(worker, prompt, more = {}) {
      const order: Order = { id: ++ids, folder, prompt, api: { url: api.url }, poll: 20, ...more }
      worker.send(order)
      const looked = worker.next<Report>(({ id, stage }) => id === order.id && stage === 'looked')
      return { id: order.id, end: worker.next(isEndOf(order)), looked }
    },
  }
}
