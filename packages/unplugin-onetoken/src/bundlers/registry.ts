import { createEngine, type Engine, type EngineOptions } from '../engine/index.ts'

const engines = new Map<string, Engine>()

/**
 * The engine of a project: one a process, however many instances of the plugin a build makes for its
 * environments, so that they share requests, budget and summary.
 */
export function engineOf(options: EngineOptions): Engine {
  const id = JSON.stringify([options.root, options.config, options.mode, options.purpose])
  const known = engines.get(id)
  if (known !== undefined) return known
  const engine = createEngine(options)
  engines.set(id, engine)
  return engine
}
