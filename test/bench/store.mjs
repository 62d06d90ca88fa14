// A store of ten thousand renders: how long a lookup takes, what is held meanwhile, and what it takes to verify all of
// it; against cacache, npm's content-addressed cache, with the same entries, and against reading the same files.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from '../tools/setup.mjs'
import { spread } from './race.mjs'
import { expect, freshFor, work } from './site.mjs'

const RENDERS = 10_000
/** Length of a picture. Small, so that the figures are about files and not about the speed of the disk. */
const BYTES = 4096

/** Milliseconds that a lookup may take, in 99 of 100 cases. */
const GOAL = 5

const FOLDER = join(work, 'store')
const SCRIPT = join(root, 'test', 'bench', 'store-run.mjs')

/** What is measured, each in a process of its own: by name, the sides that do it. */
const MEASURED = {
  lookup: ['onetoken', 'cacache', 'files'],
  verify: ['onetoken', 'cacache', 'files'],
}

export function store({ node, runs, note }) {
  freshFor(FOLDER, JSON.stringify({ RENDERS, BYTES, format: 1 }))
  note(`store: keeps ${RENDERS} renders where they are not there yet`)
  run(node, 'make', 'onetoken')
  run(node, 'make', 'cacache')
  const result = { renders: RENDERS, runs, goal: GOAL }
  for (const [what, sides] of Object.entries(MEASURED)) {
    const found = Object.fromEntries(sides.map((side) => [side, []]))
    for (let round = 0; round <= runs; round++) {
      for (const side of sides) {
        const figures = run(node, what, side)
        expect(`Renders of ${what} by ${side}`, figures.renders, RENDERS)
        note(
          `store, ${what}: ${round === 0 ? 'warm-up' : `run ${round}/${runs}`}: ${side} ${figures.wall.toFixed(2)} s`,
        )
        if (round > 0) found[side].push(figures)
      }
    }
    result[what] = Object.fromEntries(Object.entries(found).map(([side, all]) => [side, spreads(all)]))
  }
  // Of several runs the one in the middle: the slowest lookups of a busy machine are those that waited for others.
  result.met = result.lookup.onetoken.p99.median <= GOAL
  return result
}

function run(node, what, side) {
  const args = [
    '--expose-gc',
    '--disable-warning=ExperimentalWarning',
    SCRIPT,
    what,
    side,
    FOLDER,
    RENDERS,
    BYTES,
  ]
  return JSON.parse(
    execFileSync(node, args.map(String), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  )
}

function spreads(all) {
  const names = Object.keys(all[0]).filter((name) => name !== 'renders')
  return Object.fromEntries(names.map((name) => [name, spread(all.map((figures) => figures[name]))]))
}
