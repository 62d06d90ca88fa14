import { OneTokenError } from '../errors.ts'
import type { CallOptions, RenderAnswer } from '../client/types.ts'
import type { Journal } from './journal.ts'
import type { RendererParts, RenderJob } from './types.ts'

/** Send a request when its turn comes; what a failure must not find undone is done before it is sent. */
export function ask(
  { client, store, schedule }: Pick<RendererParts, 'client' | 'store' | 'schedule'>,
  job: RenderJob,
  journal: Journal,
): Promise<RenderAnswer> {
  return schedule.run(async (signal) => {
    if (job.wanted?.() === false) {
      throw new OneTokenError('ABORTED', `${job.label} was not asked for, as the build had failed by then.`, {
        details: { unwanted: true },
      })
    }
    const api = await client()
    const files = await job.uploads()
    await store.prepare()
    await journal.plan()
    const options: CallOptions = {
      signal,
      idempotencyKey: journal.idempotencyKey,
      onSend: journal.send,
      // Without an answer it was the network, which says nothing about the account's other requests.
      onWait: ({ ms, status }) => {
        if (status !== undefined) schedule.slowDown(ms)
      },
    }
    const { endpoint, request } = job.spec
    return endpoint === 'edits'
      ? await api.edit(request, files, options)
      : await api.generate(request, options)
  })
}
