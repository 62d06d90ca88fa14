import { createEngine, type Engine, type EngineOptions, type Log } from '../engine/index.ts'

/** An engine with the place where its messages go, which is another for each build. */
interface Registered {
  engine: Engine
  log: { to: Log }
}

const engines = new Map<string, Registered>()

/** What each project has spent in this process, in dollars: one budget for all builds of it. */
const ledgers = new Map<string, { renders: number; cost: number }>()

/**
 * The engine of a project: one a process, however many instances of the plugin a build makes for its
 * environments, so that they share requests, budget and summary.
 */
export function engineOf(options: EngineOptions): Engine {
  const { root, config, mode, purpose, envDir, isServer } = options
  const id = JSON.stringify([root, config, mode, purpose, envDir, isServer])
  const known = engines.get(id)
  if (known !== undefined) {
    known.log.to = options.log
    return known.engine
  }
  const ledger = ledgers.get(root) ?? { renders: 0, cost: 0 }
  ledgers.set(root, ledger)
  const log = { to: options.log }
  const relayed: Log = { info: (message) => log.to.info(message), warn: (message) => log.to.warn(message) }
  const engine = createEngine({ ...options, ledger, log: relayed })
  engines.set(id, { engine, log })
  return engine
}
