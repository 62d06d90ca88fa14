import {
  count,
  dollars,
  findUnusedRenders,
  PRETEND,
  pruneCache,
  quote,
  size,
  type PrunedCache,
  type RemovedRenders,
  type UnusedRender,
  type UnusedRenders,
} from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson, say } from './output.ts'
import { agrees } from './questions.ts'
import { table } from './table.ts'
import { canAsk, commandEngine } from './terminal.ts'

/** Flags of `onetoken prune`. */
export interface PruneFlags extends GlobalFlags {
  days?: number
  renders?: boolean
  keepDays?: number
  replaced?: boolean
  dryRun?: boolean
  yes?: boolean
}

const NONE: RemovedRenders = { renders: [], bytes: 0 }

/** A month: what a branch that is being worked on still needs is younger, most of the time. */
const DEFAULT_DAYS = 30

/** `onetoken prune` */
export async function prune(flags: PruneFlags): Promise<number> {
  const { days = DEFAULT_DAYS, keepDays } = flags
  if (keepDays !== undefined && flags.renders !== true) {
    throw new OneTokenError('USAGE', '--keep-days is about renders, which only --renders removes.')
  }
  const engine = commandEngine(flags)
  const now = Date.now()
  const dryRun = flags.dryRun === true
  const unused: UnusedRenders =
    flags.renders === true
      ? await findUnusedRenders(engine, { keepDays: keepDays ?? DEFAULT_DAYS, now })
      : { renders: [], remove: () => Promise.resolve(NONE) }
  if (flags.renders === true && flags.json !== true) list(unused.renders)
  const chosen = dryRun ? [] : await choose(unused.renders, flags)
  const cache = await pruneCache(engine, { days, now, dryRun, replaced: flags.replaced === true })
  const removed = chosen === undefined || chosen.length === 0 ? NONE : await unused.remove(chosen)
  if (flags.json === true) {
    const renders = unused.renders.map((render) => ({ ...render, removed: removed.renders.includes(render) }))
    printJson({ dryRun, ...cache, renders })
  } else {
    report(cache, days, flags)
    if (flags.renders === true && !dryRun) reportRenders(removed, chosen?.length ?? 0)
  }
  return chosen === undefined ? 1 : 0
}

const COPIES = { git: 'in git as well', remote: 'in the remote store as well' }

function list(renders: readonly UnusedRender[]): void {
  if (renders.length === 0) return print('Every render is asked for, or too young to be removed.')
  const rows = renders.map(({ label, prompt, created, bytes, cost, provider, copy }) => [
    // An entry may have got other words since.
    label.startsWith('"') ? label : `${label}: ${quote(prompt)}`,
    created.slice(0, 10),
    size(bytes),
    provider === PRETEND ? 'pretend' : dollars(cost),
    copy === undefined ? 'the only copy' : COPIES[copy],
  ])
  for (const line of table(rows)) print(line)
}

/**
 * Renders cannot be made again: a person is asked, and an only copy goes by --yes alone. Undefined when the person says no.
 */
async function choose(
  renders: readonly UnusedRender[],
  flags: PruneFlags,
): Promise<readonly UnusedRender[] | undefined> {
  if (renders.length === 0 || flags.yes === true) return renders
  if (!canAsk(flags)) {
    throw new OneTokenError(
      'USAGE',
      `${count(renders.length, 'render')} would be removed for good, and there is nobody to ask.`,
      { hint: 'Look at them with --dry-run, then add --yes.' },
    )
  }
  const copied = renders.filter(({ copy }) => copy !== undefined)
  const only = renders.length - copied.length
  if (only > 0) say(`Only copies stay (${only} of ${renders.length}): to remove them as well, add --yes.`)
  if (copied.length === 0) return []
  const isAgreed = await agrees({
    message: `Remove ${count(copied.length, 'render')} for good?`,
    otherwise: 'No render was removed.',
  })
  return isAgreed ? copied : undefined
}

function report(
  { variants, leftovers, replaced, quarantine }: PrunedCache,
  days: number,
  { dryRun, replaced: hasReplaced }: PruneFlags,
): void {
  const verb = dryRun === true ? 'would be removed' : 'removed'
  const extent = ({ files, bytes }: { files: number; bytes: number }): string =>
    `${count(files, 'file')} (${size(bytes)})`
  print(`Variants that nothing used for ${count(days, 'day')}: ${extent(variants)} ${verb}.`)
  if (leftovers.files > 0) print(`Left behind by processes that died: ${extent(leftovers)} ${verb}.`)
  if (replaced.files > 0) {
    const what = hasReplaced === true ? verb : 'kept (--replaced removes them)'
    print(`Records that others have taken the place of: ${extent(replaced)} ${what}.`)
  }
  if (quarantine.files > 0) print(`In the quarantine, which stays: ${extent(quarantine)}.`)
}

function reportRenders({ renders, bytes }: RemovedRenders, chosen: number): void {
  print(`Renders: ${renders.length} (${size(bytes)}) removed.`)
  const kept = chosen - renders.length
  if (kept > 0)
    print(`${count(kept, 'render')} of the list ${kept === 1 ? 'stays' : 'stay'}: asked for by now.`)
}
