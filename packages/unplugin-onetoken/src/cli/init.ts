import { visible } from '../engine/index.ts'
import { findBundlers, planInit, writePlan, type FileStep, type InitPlan } from '../engine/init/index.ts'
import { answersTo, type InitFlags } from './init-answers.ts'
import { withPlace } from './hints.ts'
import { print, printJson } from './output.ts'
import { STOP_SIGNALS } from './signals.ts'
import { table } from './table.ts'
import { commandOptions } from './terminal.ts'

const NEXT = [
  ['doctor', 'what works here, and what does not'],
  ['plan', 'what is there, what is missing, what it costs at most; spends nothing'],
  ['render', 'asks before it spends'],
] as const

/** What comes after the setting up. */
function next(): [string, string][] {
  return NEXT.map(([name, about]) => [withPlace(`npx --no-install onetoken ${name}`), about])
}

/** `onetoken init` */
export async function init(flags: InitFlags): Promise<number> {
  const { root, config, json } = flags
  const answers = await answersTo(flags, () => findBundlers(root))
  if (answers === undefined) return 1
  const plan = await planInit({ ...commandOptions({ root, config, json }), ...answers })
  const dryRun = flags.dryRun === true
  if (!dryRun) await writeAll(plan)
  if (json === true) printJson(planJson(plan, dryRun))
  else report(plan, dryRun)
  return 0
}

/** It takes a moment: an interrupt would leave half of the files, and the temporary one of another. */
async function writeAll(plan: InitPlan): Promise<void> {
  const onSignal = (): void => {}
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal)
  try {
    await writePlan(plan)
  } finally {
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal)
  }
}

const DONE: Record<FileStep['action'], string> = { create: 'created', change: 'changed', keep: 'as it was' }
const TO_DO: Record<FileStep['action'], string> = {
  create: 'to create',
  change: 'to change',
  keep: 'as it is',
}

function report({ files, todo }: InitPlan, dryRun: boolean): void {
  const words = dryRun ? TO_DO : DONE
  for (const line of table(files.map(({ action, file, about }) => [words[action], file, about]))) print(line)
  if (dryRun) showTexts(files)
  const isDone = files.every(({ action }) => action === 'keep')
  if (isDone) print('\nNothing is to be written: all of it is there.')
  else if (dryRun) print('\nNothing was written.')
  if (todo.length > 0) print('\nWhat is left to you:')
  for (const { text, code } of todo) {
    print(`- ${visible(text)}`)
    for (const line of code?.split('\n') ?? []) print(`    ${visible(line)}`)
  }
  print('\nThen:')
  for (const line of table(next())) print(`  ${line}`)
}

function showTexts(files: readonly FileStep[]): void {
  for (const { action, file, text = '', added = text } of files) {
    if (action === 'keep') continue
    print(`\n${visible(file)}${action === 'create' ? '' : ', new in it'}:`)
    for (const line of added.trimEnd().split('\n')) print(visible(`    ${line}`.trimEnd()))
  }
}

function planJson({ files, todo, keeping, bundler }: InitPlan, dryRun: boolean): object {
  return {
    dryRun,
    bundler: bundler ?? null,
    commit: keeping,
    files: files.map(({ file, action, about, text, added = text }) => ({ file, action, about, added })),
    todo,
    next: next().map(([command]) => command),
  }
}
