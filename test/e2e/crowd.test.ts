import { setTimeout } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { bundle, BUNDLERS, createBundledSite } from '../helpers/bundlers.ts'
import { startCountingApi } from '../helpers/counting-api.ts'
import { apiEnv } from '../helpers/site.ts'

const PICTURES = 300
const CONCURRENCY = 12

/**
 * Called by each request, and awaited before its answer. The first ones wait until as many are there as may be, or half
 * a minute; how long a slow machine takes to send them makes no difference then.
 */
function createCrowd(): { join(): Promise<void>; peak(): number } {
  let inside = 0
  let peak = 0
  let open = (): void => undefined
  const isFull = new Promise<void>((resolve) => (open = resolve))
  let isLate: Promise<unknown> | undefined
  return {
    peak: () => peak,
    async join() {
      inside += 1
      peak = Math.max(peak, inside)
      if (inside === CONCURRENCY) open()
      isLate ??= setTimeout(30_000)
      await Promise.race([isFull, isLate])
      // Time for one too many to come.
      await setTimeout(100)
      inside -= 1
    },
  }
}

it.each(BUNDLERS)(
  '%s renders 300 pictures of one build as many at once as the setting says',
  async (bundler) => {
    // In several files, as in a site; the last of them is found when all others have been read.
    const parts = Array.from({ length: 10 }, (_, part) => {
      const imports = Array.from(
        { length: PICTURES / 10 },
        (_, index) =>
          `import p${index} from 'virtual:onetoken?prompt=Picture ${part}-${index}&quality=low&size=1024x640&w=8'`,
      )
      const names = Array.from({ length: PICTURES / 10 }, (_, index) => `p${index}`)
      const next = part < 9 ? `import './part${part + 1}.js'\n` : ''
      return [
        `part${part}.js`,
        `${next}${imports.join('\n')}\n;(globalThis.result ??= []).push(${names.join()})\n`,
      ]
    })
    const site = await createBundledSite({
      ...(Object.fromEntries(parts) as Record<string, string>),
      'main.js': `import './part0.js'`,
      'onetoken.config.json': JSON.stringify({ concurrency: CONCURRENCY }),
    })
    const crowd = createCrowd()
    const api = await startCountingApi(64, crowd.join)
    onTestFinished(() => api.close())
    const { status, output } = await bundle(site, bundler, apiEnv(api.url))
    expect(status, output).toBe(0)
    expect((await site.list('dist')).filter((path) => path.endsWith('.webp'))).toHaveLength(PICTURES)
    expect([...api.requests.values()]).toEqual(Array(PICTURES).fill(1))
    expect(crowd.peak()).toBe(CONCURRENCY)
  },
)
