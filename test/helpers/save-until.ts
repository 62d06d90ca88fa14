import { vi } from 'vitest'
import type { Site } from './site.ts'

/** Milliseconds between two saves: time for a build. */
const AGAIN = 5000

/**
 * Save files of a site until something is so, over and over: some bundlers miss a change that comes while they begin to
 * watch, or build, and nothing tells when they are ready for it.
 */
export async function saveUntil(
  site: Site,
  files: Record<string, string>,
  isSo: () => Promise<boolean>,
): Promise<void> {
  let saved: number | undefined
  let times = 0
  const isSoYet = async (): Promise<boolean> => {
    if (saved === undefined || performance.now() - saved > AGAIN) {
      // With one line end more each time: what esbuild has seen before, it takes for unchanged.
      const ends = '\n'.repeat(times)
      times += 1
      await site.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text + ends])))
      saved = performance.now()
    }
    return await isSo()
  }
  await vi.waitUntil(isSoYet, { timeout: 90_000, interval: 100 })
}
