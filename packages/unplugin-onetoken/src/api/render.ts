import { planRenders, renderAll, type Engine } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { renderedPicture, reportOf } from './reports.ts'
import type { Progress, RenderOptions, RenderReport } from './render-types.ts'

/** Render what is missing, as `render` of the API does. */
export async function render(engine: Engine, options: RenderOptions): Promise<RenderReport> {
  const { names, again = false, stale = false, maxCost, onProgress, signal } = options
  if (again && names === undefined) {
    throw new OneTokenError('USAGE', '"again" needs the names of the entries that are to be rendered anew.', {
      hint: "As in: render({ names: ['hero'], again: true })",
    })
  }
  const plan = await planRenders(engine, { names, again, stale, maxCost })
  const told = listener(onProgress)
  const result = await renderAll(engine, plan, {
    progress: (progress) => told.tell({ ...progress, render: renderedPicture(progress.render) }),
    stop: signal,
  })
  await told.end()
  return reportOf(result)
}

/** What a listener that is `async` throws waits for the end as well: else it would end the process amid the requests. */
function listener(onProgress: RenderOptions['onProgress']): {
  tell(progress: Progress): void
  end(): Promise<void>
} {
  const answers: Promise<PromiseSettledResult<unknown>[]>[] = []
  return {
    tell(progress) {
      answers.push(Promise.allSettled([onProgress?.(progress) as unknown]))
    },
    async end() {
      for (const answer of (await Promise.all(answers)).flat()) {
        if (answer.status === 'rejected') throw answer.reason
      }
    },
  }
}
