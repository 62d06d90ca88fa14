import { count, size, verifyStore, visible, type CheckWatcher, type Finding } from '../engine/index.ts'
import type { Progress } from './progress.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson, showBar } from './output.ts'
import { commandEngine, isInteractive } from './terminal.ts'

/** Flags of `onetoken verify`. */
export interface VerifyFlags extends GlobalFlags {
  repair?: boolean
}

/** What is said of one kind of findings before the others of it are only counted. */
const MOST_SHOWN = 20

/** `onetoken verify` */
export async function verify(flags: VerifyFlags): Promise<number> {
  const engine = commandEngine(flags)
  const shown = new Shown(flags.json === true)
  const checked = countChecked(isInteractive() && flags.json !== true)
  try {
    const repair = flags.repair === true
    for await (const finding of verifyStore(engine, { repair, watcher: checked.watcher })) shown.add(finding)
  } finally {
    checked.stop()
    await engine.close()
  }
  const { problem, note, repaired } = shown.numbers
  if (flags.json === true) {
    const { renders, pictures, bytes } = checked
    printJson({ renders, pictures, bytes, findings: shown.findings })
    return problem > 0 ? 1 : 0
  }
  for (const line of shown.lines()) print(line)
  const { renders, pictures, bytes } = checked
  const what = `${count(renders, 'render')} and ${count(pictures, 'picture')} (${size(bytes)}) checked`
  const found = [
    problem === 0 ? 'no problem' : count(problem, 'problem'),
    ...(repaired === 0 ? [] : [`${repaired} repaired`]),
    ...(note === 0 ? [] : [count(note, 'note')]),
  ]
  print(`${what}: ${found.join(', ')}.`)
  return problem > 0 ? 1 : 0
}

interface Checked {
  renders: number
  pictures: number
  /** Length of the pictures. */
  bytes: number
  watcher: CheckWatcher
  stop(): void
}

/** Counts what was checked, and shows how far that is. */
function countChecked(hasBar: boolean): Checked {
  let bar: Progress | undefined
  const checked: Checked = {
    renders: 0,
    pictures: 0,
    bytes: 0,
    watcher: {
      begin(files) {
        if (hasBar && files > 0) bar = showBar(files, 'checked')
      },
      record() {
        checked.renders += 1
        bar?.advance()
      },
      picture(bytes) {
        checked.pictures += 1
        checked.bytes += bytes
        if (bytes > 0) bar?.advance()
      },
      other: () => bar?.advance(),
    },
    stop: () => bar?.stop(),
  }
  return checked
}

/** The findings as they are told: all of them to a machine, as many as anybody reads to a person. */
class Shown {
  readonly findings: Finding[] = []
  readonly numbers: Record<Finding['severity'], number> = { problem: 0, note: 0, repaired: 0 }
  readonly #keepsAll: boolean
  readonly #groups = new Map<string, { findings: Finding[]; number: number; bytes: number }>()

  constructor(keepsAll: boolean) {
    this.#keepsAll = keepsAll
  }

  add(finding: Finding): void {
    this.numbers[finding.severity] += 1
    if (this.#keepsAll) return void this.findings.push(finding)
    const id = `${finding.severity} ${finding.kind} ${finding.state}`
    const group = this.#groups.get(id) ?? { findings: [], number: 0, bytes: 0 }
    this.#groups.set(id, group)
    if (group.findings.length < MOST_SHOWN) group.findings.push(finding)
    group.number += 1
    group.bytes += finding.bytes ?? 0
  }

  *lines(): Generator<string> {
    for (const { findings, number, bytes } of this.#groups.values()) {
      // What is to be done about all of a group stands below the last of them.
      for (const [index, finding] of findings.entries()) {
        const isLast = index === findings.length - 1
        const hint = finding.hint === findings[index + 1]?.hint ? undefined : finding.hint
        yield* textOf(finding, isLast ? finding.hint : hint)
      }
      if (number > findings.length) yield `  … and ${number - findings.length} more of this kind`
      if (number > 1 && bytes > 0) yield `  together ${size(bytes)}`
      yield ''
    }
  }
}

/** Lines of a finding, safe for terminals whatever files are called. */
function textOf({ severity, message, bytes }: Finding, hint: string | undefined): string[] {
  const length = bytes === undefined ? '' : ` (${size(bytes)})`
  const hints = hint?.split('\n') ?? []
  return [`${severity}: ${visible(message)}${length}`, ...hints.map((line) => `  ${visible(line)}`)]
}
