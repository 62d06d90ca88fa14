// npm run bench [-- cold|warm|store|plan] [--runs 5] [--json]: measures builds, the store and the command, against others
// that do the same work. See test/bench/cold.mjs, warm.mjs, store.mjs and plan.mjs for what is measured.
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { qualityTable, storeTable, timesTable } from '../bench/report.mjs'
import { provideNode } from './node.mjs'
import { root, setup } from './setup.mjs'

/** vite-imagetools needs Node 22, whatever Node runs the bench itself. */
const NODE_VERSION = '22.23.3'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
})
const runs = Number(values.runs)
const BENCHES = ['cold', 'warm', 'store', 'plan']
const wanted = positionals.length === 0 ? BENCHES : positionals
const unknown = wanted.find((name) => !BENCHES.includes(name))
if (unknown !== undefined || !Number.isInteger(runs) || runs < 1) {
  console.error('Usage: npm run bench -- [cold] [warm] [store] [plan] [--runs <number>] [--json]')
  process.exit(2)
}

// Progress goes to stderr, so that the figures can be piped.
const note = (text) => console.error(text)

setup()
const node = provideNode(NODE_VERSION)
// Only now, as these need what was set up.
const { cold } = await import('../bench/cold.mjs')
const { warm } = await import('../bench/warm.mjs')
const { store } = await import('../bench/store.mjs')
const { plan } = await import('../bench/plan.mjs')

const result = { machine: machine() }
if (wanted.includes('cold')) result.cold = await cold({ node, runs, note })
if (wanted.includes('warm')) result.warm = await warm({ node, runs, note })
if (wanted.includes('store')) result.store = store({ node, runs, note })
if (wanted.includes('plan')) result.plan = await plan({ node, runs, note })
console.log(values.json ? JSON.stringify(result, undefined, 2) : text(result))

/** The load before the first run tells how busy others keep the machine. */
function machine() {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'test', 'package.json'), 'utf8'))
  const { vite, sharp, cacache, 'vite-imagetools': imagetools } = devDependencies
  const cpu = cpus()[0]?.model ?? 'unknown'
  return {
    cpu,
    cores: availableParallelism(),
    load: Number(loadavg()[0].toFixed(1)),
    node: NODE_VERSION,
    vite,
    sharp,
    'vite-imagetools': imagetools,
    cacache,
  }
}

function text({ machine, cold, warm, store, plan }) {
  const parts = [
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
  ]
  for (const [settings, found] of Object.entries(cold ?? {})) {
    const how = settings === 'equal' ? 'equal encoder settings' : `each one's defaults`
    parts.push(`cold: ${found.files} files from 10 renders, ${how}, runs: ${found.runs}`)
    parts.push(timesTable(found), qualityTable(found.quality))
  }
  if (warm) {
    parts.push(
      `warm: ${warm.files} files of ${warm.pictures} pictures, all of them cached, runs: ${warm.runs}`,
    )
    parts.push(timesTable(warm))
  }
  if (store) {
    const { renders, runs, goal, met } = store
    parts.push(
      `store: ${renders} renders, each process looks them all up or verifies them all, runs: ${runs}`,
    )
    parts.push(storeTable(store.lookup, ['wall', 'p50', 'p99', 'slowest', 'heapGrowth', 'rssGrowth']))
    parts.push(storeTable(store.verify, ['wall', 'peakRss', 'peakGrowth']))
    parts.push(`  p99 of a lookup is to be at most ${goal} ms: ${met ? 'it is' : 'IT IS NOT'}`)
  }
  if (plan) {
    const { entries, runs, goal, beyond, cpu, peak, met } = plan
    const shown = ({ min, median, max }) => `${median.toFixed(0)} (${min.toFixed(0)}–${max.toFixed(0)})`
    parts.push(`plan: a manifest of ${entries} entries, all rendered, runs: ${runs}`)
    parts.push(
      `  beyond the start of Node: ${shown(beyond)} ms, CPU ${shown(cpu)} ms; memory at most ${shown(peak)} MB\n` +
        `  at most ${goal.milliseconds} ms (the fastest run) and ${goal.megabytes} MB: ${met ? 'it is' : 'IT IS NOT'}`,
    )
  }
  return parts.join('\n\n')
}
