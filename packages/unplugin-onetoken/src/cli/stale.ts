import { createEngine, dollars, staleEdits, type StaleEdits } from '../engine/index.ts'
import type { GlobalFlags } from './flags.ts'
import { commandOptions } from './terminal.ts'

/** The edits that are stale since these pictures were changed; without names, all that are stale. */
export async function staleSince(
  names: readonly string[] | undefined,
  flags: GlobalFlags,
): Promise<StaleEdits> {
  // The engine that made the change remembers what it has seen before, and has told what there is to tell.
  const quiet = { info: () => undefined, warn: () => undefined }
  const engine = createEngine({ ...commandOptions(flags), log: quiet })
  try {
    return await staleEdits(engine, names)
  } finally {
    await engine.close()
  }
}

/** That edits are stale, what that means for builds, and what new ones cost. */
export function staleLines({ names, areEntries, worst }: StaleEdits): string[] {
  if (names.length === 0) return []
  const are = names.length === 1 ? 'is an edit' : 'are edits'
  const [them, anew] = names.length === 1 ? ['it', 'a new one'] : ['them', 'new ones']
  return [
    `${names.join(', ')} ${are} of the former picture, and builds go on using ${them}. For ${anew}, at most ${dollars(worst)}:`,
    `  npx --no-install onetoken render ${areEntries ? `${names.join(' ')} ` : ''}--stale`,
  ]
}
