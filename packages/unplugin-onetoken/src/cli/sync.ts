import { count, listedProblems, oneProblem, sync as syncStore, type SyncReport } from '../engine/index.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson, sayProblem } from './output.ts'
import { commandEngine } from './terminal.ts'

/** Flags of `onetoken sync`. */
export interface SyncFlags extends GlobalFlags {
  push?: boolean
  pull?: boolean
  check?: boolean
  prefer?: 'here' | 'remote'
}

/** `onetoken sync` */
export async function sync(flags: SyncFlags): Promise<number> {
  const engine = commandEngine(flags)
  const { root } = engine
  const both = flags.push !== true && flags.pull !== true
  const { isWritable } = await engine.store()
  const { prefer } = flags
  const report = await syncStore(engine, {
    push: flags.push === true || (both && isWritable) || flags.check === true || prefer !== undefined,
    pull: flags.pull === true || both,
    check: flags.check === true,
    prefer,
  })
  await engine.close()
  if (flags.json === true) printJson(syncJson(report))
  else {
    print(summary(report, root))
    const problem = oneProblem(report.problems, root)
    if (problem !== undefined) sayProblem(problem, root)
  }
  return report.problems.length > 0 ? 1 : 0
}

function summary({ remote, pushed, present, pulled, problems }: SyncReport, root: string): string {
  // As many as are listed below.
  const listed = listedProblems(problems, root).length
  const parts = [
    `${remote}: ${pushed.length} pushed`,
    `${present} there already`,
    `${pulled.length} pulled`,
    ...(listed > 0 ? [count(listed, 'problem')] : []),
  ]
  return `${parts.join(', ')}.`
}

function syncJson({ problems, ...report }: SyncReport): object {
  return {
    ...report,
    problems: problems.map(({ code, message, hint }) => ({ code, message, hint })),
  }
}
