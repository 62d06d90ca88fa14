import { openFileStore } from '../store/file-store.ts'
import { layoutOf } from '../store/layout.ts'
import { clearLeftover, leftoversOf } from '../store/leftovers.ts'
import { extentOf, type Extent } from '../store/listing.ts'
import { writing } from '../store/messages.ts'
import { removeVariants, unusedVariants } from '../variants/index.ts'
import type { Engine } from './engine.ts'

/** What was found in the cache of a store, and removed. */
export interface PrunedCache {
  /** Variants that nothing has used for so many days. */
  variants: Extent
  /** What processes that died have left. */
  leftovers: Extent
  /** What was put aside. It stays. */
  quarantine: Extent
}

const DAY = 24 * 60 * 60 * 1000

/** Remove what can be made again and was not used for `days`, and what processes that died have left. */
export async function pruneCache(
  engine: Engine,
  { days, now, dryRun }: { days: number; now: number; dryRun: boolean },
): Promise<PrunedCache> {
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
  return { variants, leftovers, quarantine: await extentOf(layoutOf(store.folder).quarantine) }
}
