import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { digests } from '../helpers/digests.ts'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite } from '../helpers/site.ts'

const mock = useMock()
const TRACE = pathToFileURL(fileURLToPath(new URL('../helpers/trace.mjs', import.meta.url))).href

const files = {
  'main.js': `import fox from 'virtual:onetoken?prompt=A red fox&quality=low&w=240;480&format=avif;webp'
import { hero } from './images.yaml'
globalThis.result = [fox, hero]`,
  'images.yaml': 'version: 1\nimages:\n  hero: { prompt: A fjord, quality: low, alt: Fjord }\n',
}

describe.each([8, 7] as const)('a warm build, Vite %i', (vite) => {
  it('connects to nothing, needs no key, loads neither sharp nor undici, and gives the same files', async () => {
    const site = await createSite(files, vite)
    const trace = (name: string): Record<string, string> => ({
      TRACE_FILE: join(site.folder, `${name}.trace`),
      NODE_OPTIONS: `--import ${TRACE}`,
    })
    const cold = await site.build({ ...apiEnv(mock.url), ...trace('cold') })
    expect(cold.status, cold.output).toBe(0)
    const before = await digests(site)
    // The trace sees what it is to see: a cold build connects and loads the client. sharp runs in other processes.
    const coldTrace = (await site.read('cold.trace')).toString()
    expect(coldTrace).toMatch(/^connect .*127\.0\.0\.1/m)
    expect(coldTrace).toMatch(/^load (?:.*\/)?undici(?:\/|$)/m)

    mock.reset()
    // Nobody listens on the base URL, which stands for an API that is down.
    const warm = await site.build({ ONETOKEN_BASE_URL: 'http://127.0.0.1:9', ...trace('warm') })
    expect(warm.status, warm.output).toBe(0)
    expect(warm.output).toContain('0 renders made, 2 reused, 5 files (0 encoded)')
    const warmTrace = (await site.read('warm.trace')).toString()
    expect(warmTrace).toMatch(/^load .*unplugin-onetoken/m)
    const costly = /^connect |^(?:load|native) .*(?:undici|sharp|libvips)/
    expect(warmTrace.split('\n').filter((line) => costly.test(line))).toEqual([])
    expect(await digests(site)).toEqual(before)
  })
})
