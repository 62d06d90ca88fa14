// `onetoken plan` of a manifest of a thousand entries in forty groups, with edits three deep, all of them rendered;
// against the start of Node alone. What is measured is the whole command, as somebody waits for it.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../tools/setup.mjs'
import { measure } from './measure.mjs'
import { spread } from './race.mjs'
import { expect, freshFor, work, writeSite } from './site.mjs'

const GROUPS = 40
const ENTRIES = 1000
/** An entry of words alone, and edits of it, each of the one before. */
const DEPTH = 4

/** Milliseconds that it may take beyond the start of Node, and megabytes that it may hold. */
const GOAL = { milliseconds: 300, megabytes: 150 }

const FOLDER = join(work, 'plan')
const COMMAND = join(root, 'packages', 'unplugin-onetoken', 'bin', 'onetoken.mjs')
/** Tells at its end how much memory a process had at most. */
const PEAK = join(FOLDER, 'peak.mjs')

export async function plan({ node, runs, note }) {
  freshFor(FOLDER, JSON.stringify({ GROUPS, ENTRIES, DEPTH, format: 1 }))
  writeSite(FOLDER, { 'main.js': '', 'images.yaml': manifest() })
  writeFileSync(
    PEAK,
    `process.on('exit', () => console.error('peak', process.resourceUsage().maxRSS / 1024))\n`,
  )
  note(`plan: keeps ${ENTRIES} renders where they are not there yet`)
  const args = ['--disable-warning=ExperimentalWarning', join(root, 'test', 'bench', 'plan-run.mjs'), FOLDER]
  execFileSync(node, args, { stdio: 'inherit' })
  const found = { plan: [], start: [] }
  const peaks = []
  for (let round = 0; round <= runs; round++) {
    const start = await measure(node, ['-e', '0'], { cwd: FOLDER })
    const whole = await measure(node, [COMMAND, 'plan'], { cwd: FOLDER })
    expect('Renders', whole.output.includes(`${ENTRIES} renders, ${ENTRIES} cached, 0 missing.`), true)
    note(`plan: ${round === 0 ? 'warm-up' : `run ${round}/${runs}`}: ${whole.wall.toFixed(2)} s`)
    if (round === 0) continue
    found.plan.push(whole)
    found.start.push(start)
    peaks.push(peakOf(node))
  }
  const beyond = found.plan.map((one, index) => ({
    wall: (one.wall - found.start[index].wall) * 1000,
    cpu: one.cpu === undefined ? undefined : (one.cpu - found.start[index].cpu) * 1000,
  }))
  const result = {
    entries: ENTRIES,
    runs,
    goal: GOAL,
    beyond: spread(beyond.map(({ wall }) => wall)),
    cpu: spread(beyond.map(({ cpu }) => cpu)),
    peak: spread(peaks),
  }
  // The fastest run: what a busy machine adds is not the command's.
  result.met = result.beyond.min <= GOAL.milliseconds && result.peak.median <= GOAL.megabytes
  return result
}

function peakOf(node) {
  const args = [`--import=${PEAK}`, COMMAND, 'plan', '--json']
  const output = execFileSync('/bin/sh', ['-c', '"$@" 2>&1 >/dev/null', 'sh', node, ...args], {
    cwd: FOLDER,
    encoding: 'utf8',
  })
  return Number(/peak ([\d.]+)/.exec(output)?.[1])
}

function manifest() {
  const lines = ['version: 1', 'defaults: { quality: low, size: 1024x1024 }', 'images:']
  const size = ENTRIES / GROUPS
  for (let group = 0; group < GROUPS; group++) {
    for (let index = 0; index < size; index++) {
      const name = `group-${group}/picture-${index}`
      const edit = index % DEPTH === 0 ? '' : `\n    edit: group-${group}/picture-${index - 1}`
      lines.push(
        `  ${name}:${edit}\n    prompt: Two red cabins above a fjord, number ${index} of ${group}\n    alt: Cabins`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}
