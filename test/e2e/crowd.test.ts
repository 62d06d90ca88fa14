import { expect, it } from 'vitest'
import { bundle, BUNDLERS, createBundledSite } from '../helpers/bundlers.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv } from '../helpers/site.ts'

const mock = useMock()

const PICTURES = 300
const CONCURRENCY = 12

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
    mock.setScenario({ name: 'slow', latency: 150 })
    const started = performance.now()
    const { status, output } = await bundle(site, bundler, apiEnv(mock.url))
    const seconds = (performance.now() - started) / 1000
    expect(status, output).toBe(0)
    expect((await site.list('dist')).filter((path) => path.endsWith('.webp'))).toHaveLength(PICTURES)
    const { billed, requests, peakConcurrency } = mock.stats
    // One after the other, the answers alone would take 45 seconds.
    console.info(
      `${bundler}: ${requests} requests, at most ${peakConcurrency} at once, ${seconds.toFixed(1)} s`,
    )
    expect({ billed, requests, peakConcurrency }).toEqual({
      billed: PICTURES,
      requests: PICTURES,
      peakConcurrency: CONCURRENCY,
    })
  },
)
