import { runInNewContext } from 'node:vm'
import type { Site } from './site.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- modules of many shapes, looked at by the assertions
export type Page = Record<string, any>

/** What the page that Vite built has put into `globalThis.result`. */
export async function evaluate(site: Site, dist = 'dist'): Promise<Page> {
  const script = (await site.list(dist)).find((path) => path.endsWith('.js')) ?? ''
  const code = (await site.read(script)).toString()
  const target: Page = {}
  // Vite's preload polyfill looks for support and ends.
  const page = { createElement: () => ({ relList: { supports: () => true } }) }
  runInNewContext(code, { globalThis: target, document: page })
  return target['result'] as Page
}
