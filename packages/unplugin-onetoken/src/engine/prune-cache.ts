import { rm } from 'node:fs/promises'
import { openFileStore } from '../store/file-store.ts'
import { clearLeftover, leftoversOf } from '../store/leftovers.ts'
import type { Extent } from '../store/listing.ts'
import { writing } from '../store/messages.ts'
import { putAsideIn } from '../store/replaced.ts'
import { removeVariants, unusedVariants } from '../variants/index.ts'
import type { Engine } from './engine.ts'

/** What was found in the cache of a store, and removed. */
export interface PrunedCache {
  /** Variants that nothing has used for so many days. */
  variants: Extent
  /** What processes that died have left. */
  leftovers: Extent
  /** Records that others have taken the place of. They stay unless it is said. */
  replaced: Extent
  /** What else was put aside. It stays. */
  quarantine: Extent
}

const DAY = 24 * 60 * 60 * 1000

/**
 * Remove what can be made again and was not used for `days`, what processes that died have left, and with `replaced` the
 * records that others have taken the place of.
 */
export async function pruneCache(
  engine: Engine,
  options: { days: number; now: number; dryRun: boolean; replaced: boolean },
): Promise<PrunedCache> {
  const { days, now, dryRun } = options
  const store = openFileStore((await engine.project()).store)
  const variants: Extent = { files: 0, bytes: 0 }
  for await (const unused of unusedVariants(store.cache, now - days * DAY)) {
    if (!dryRun) await writing(store.folder, () => removeVariants(unused))
    variants.files += unused.files.length
    variants.bytes += unused.bytes
  }
  const leftovers: Extent = { files: 0, bytes: 0 }
  for await (const leftover of leftoversOf(store, now)) {
    if (!dryRun && (await clearLeftover(store, leftover)) === 'kept') continue
    leftovers.files += 1
    leftovers.bytes += leftover.bytes
  }
  const replaced: Extent = { files: 0, bytes: 0 }
  const quarantine: Extent = { files: 0, bytes: 0 }
  for await (const { path, bytes, isReplaced } of putAsideIn(store)) {
    if (isReplaced && options.replaced && !dryRun)
      await writing(store.folder, () => rm(path, { force: true }))
    const extent = isReplaced ? replaced : quarantine
    extent.files += 1
    extent.bytes += bytes
  }
  return { variants, leftovers, replaced, quarantine }
}
