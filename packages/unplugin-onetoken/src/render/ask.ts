import { OneTokenError } from '../errors.ts'
import type { CallOptions, RenderAnswer } from '../client/types.ts'
import { parseSize } from '../spec/size.ts'
import type { RenderSpec } from '../spec/types.ts'
import type { Journal } from './journal.ts'
import type { RendererParts, RenderJob } from './types.ts'

/** Send a request when its turn comes; what a failure must not find undone is done before it is sent. */
export function ask(
  { client, store, schedule }: Pick<RendererParts, 'client' | 'store' | 'schedule'>,
  job: RenderJob,
  journal: Journal,
): Promise<RenderAnswer> {
  return schedule.run(async (signal) => {
    refuseUnwanted(job)
    const api = await client()
    const files = await job.uploads()
    await store.prepare(roomFor(job.spec.request), job.key)
    const { endpoint, request } = job.spec
    const turn = schedule.turn()
    const options: CallOptions = {
      signal,
      stop: schedule.stopped,
      idempotencyKey: journal.idempotencyKey,
      async onSend() {
        await turn.begin()
        // Once more: it may have waited for minutes until the API takes requests again.
        refuseUnwanted(job)
        await journal.send()
      },
      async onWait({ ms, status }) {
        // Without an answer it was the network, which says nothing about the account's other requests.
        if (status === undefined) turn.unsent()
        else turn.refused(ms)
        await journal.turnedAway()
      },
    }
    try {
      return endpoint === 'edits'
        ? await api.edit(request, files, options)
        : await api.generate(request, options)
    } finally {
      turn.end()
    }
  })
}

function refuseUnwanted({ wanted, label }: RenderJob): void {
  if (wanted?.() !== false) return
  throw new OneTokenError('ABORTED', `${label} was not asked for, as the build had failed by then.`, {
    details: { unwanted: true },
  })
}

/** What an answer to `auto` may come to. */
const AUTO = { width: 2048, height: 2048 }
/** Of a PNG that nothing in it could be compressed of. */
const BYTES_PER_PIXEL = 3

/** The room on the disk that an answer may need, in bytes. */
function roomFor({ size, n }: RenderSpec['request']): number {
  const { width, height } = parseSize(size) ?? AUTO
  return n * width * height * BYTES_PER_PIXEL
}
