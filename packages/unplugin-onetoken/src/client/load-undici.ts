import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type * as Undici from 'undici'

/**
 * Load undici, upon first need, and without a trace.
 *
 * When nothing in the process has used `fetch` so far, undici makes an agent of its own the dispatcher of Node's
 * `fetch` as it is loaded, for every plugin in the process. Where Node has put its own there first, undici leaves it.
 * An import would be too early for that: bundlers move those of other packages to the top of the file.
 *
 * It is named by its folder: by its name alone, Bun gives something of its own that is not the same.
 *
 * @see https://github.com/nodejs/undici/blob/main/lib/global.js
 */
export function loadUndici(): typeof Undici {
  // Reading any of these globals makes Node load its own copy.
  Reflect.get(globalThis, 'Headers')
  const require = createRequire(import.meta.url)
  return require(dirname(require.resolve('undici/package.json'))) as typeof Undici
}
