import { OneTokenError } from '../errors.ts'
import { describe, oneProblem, quote, sync as syncStore, type SyncReport } from '../engine/index.ts'
import { commandEngine, print, printJson, type GlobalFlags } from './terminal.ts'

/** Flags of `onetoken sync`. */
export interface SyncFlags extends GlobalFlags {
  push?: boolean
  pull?: boolean
  check?: boolean
  prefer?: string
}

/** `onetoken sync` */
export async function sync(flags: SyncFlags): Promise<number> {
  const engine = commandEngine(flags)
  const { root } = engine
  const both = flags.push !== true && flags.pull !== true
  const { isWritable } = await engine.store()
  const { prefer } = flags
  if (prefer !== undefined && prefer !== 'here' && prefer !== 'remote') throw notAPreference(prefer)
  const report = await syncStore(engine, {
    push: flags.push === true || (both && isWritable) || flags.check === true || prefer !== undefined,
    pull: flags.pull === true || both,
    check: flags.check === true,
    prefer,
  })
  await engine.close()
  if (flags.json === true) printJson(syncJson(report))
  else {
    print(summary(report))
    const problem = oneProblem(report.problems, root)
    if (problem !== undefined) process.stderr.write(`${describe(problem, root)}\n`)
  }
  return report.problems.length > 0 ? 1 : 0
}

function notAPreference(value: string): OneTokenError {
  return new OneTokenError('USAGE', `The option --prefer has the value ${quote(value)}.`, {
    hint: 'It is one of here, remote.',
  })
}

function summary({ remote, pushed, present, pulled, problems }: SyncReport): string {
  const parts = [
    `${remote}: ${pushed.length} pushed`,
    `${present} there already`,
    `${pulled.length} pulled`,
    ...(problems.length > 0 ? [`${problems.length} with a problem`] : []),
  ]
  return `${parts.join(', ')}.`
}

function syncJson({ problems, ...report }: SyncReport): object {
  return {
    ...report,
    problems: problems.map(({ code, message, hint }) => ({ code, message, hint })),
  }
}
