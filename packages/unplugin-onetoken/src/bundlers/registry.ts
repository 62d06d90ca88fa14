import {
  createEngine,
  createLedger,
  placeOfCommands,
  suggestAt,
  type Engine,
  type EngineOptions,
  type Ledger,
  type Log,
  type Purpose,
} from '../engine/index.ts'
import { suggestCommandsAt } from './bundler-error.ts'
import type { PluginOptions } from './options.ts'

/** An engine with the place where its messages go, which is another for each build. */
interface Registered {
  engine: Engine
  log: { to: Log }
}

const engines = new Map<string, Registered>()

/** What each project has spent in this process, and has under way: one budget for all builds of it. */
const ledgers = new Map<string, Ledger>()

/** What a bundler says of itself. */
export interface BundlerFacts {
  /** Absolute path of the project, as `project-root.ts` finds it. */
  root: string
  /** The bundler's mode; undefined where it has none. */
  mode: string | undefined
  /** Whether this is a plain build: not a server, not a watcher. */
  isPlain: boolean
  /** Whether pages are served to the people who make the site. */
  isServer: boolean
  /** Folders of the `.env` files, the strongest last. @default the root */
  envDirs?: readonly string[] | undefined
  log: Log
}

/**
 * The engine of a project: one a process, however many instances of the plugin a build makes for its
 * environments, so that they share requests, budget and summary.
 */
export function engineFor(options: PluginOptions, facts: BundlerFacts): Engine {
  const mode = options.mode ?? facts.mode ?? defaultMode(facts.isPlain)
  return engineOf({
    root: facts.root,
    config: options.config,
    mode,
    purpose: purposeOf(mode, facts.isPlain),
    env: process.env,
    envDirs: facts.envDirs,
    isServer: facts.isServer,
    log: facts.log,
  })
}

const told = new Set<string>()

/** Say something once for a project, however many instances of the plugin its build makes. */
export function warnOnce({ root, log }: Engine, message: string): void {
  const id = JSON.stringify([root, message])
  if (told.has(id)) return
  told.add(id)
  log.warn(message)
}

function defaultMode(isPlain: boolean): string {
  return process.env['NODE_ENV'] ?? (isPlain ? 'production' : 'development')
}

/** Only a plain production build may spend: not a server, not a watcher, not a test runner, not a development mode. */
function purposeOf(mode: string, isPlain: boolean): Purpose {
  const { NODE_ENV, VITEST } = process.env
  const isTest = VITEST !== undefined || [mode, NODE_ENV].includes('test')
  const isDevelopment = [mode, NODE_ENV].includes('development')
  return isPlain && !isTest && !isDevelopment ? 'build' : 'dev'
}

function engineOf(options: EngineOptions): Engine {
  const { root, config, mode, purpose, envDirs, isServer } = options
  const id = JSON.stringify([root, config, mode, purpose, envDirs, isServer])
  const known = engines.get(id)
  if (known !== undefined) {
    known.log.to = options.log
    return known.engine
  }
  const ledger = ledgers.get(root) ?? createLedger()
  ledgers.set(root, ledger)
  const log = { to: options.log }
  const place = placeOfCommands(root, config)
  suggestCommandsAt(root, place)
  const relayed: Log = {
    info: (message) => log.to.info(suggestAt(message, place)),
    warn: (message) => log.to.warn(suggestAt(message, place)),
  }
  const engine = createEngine({ ...options, ledger, log: relayed })
  engines.set(id, { engine, log })
  return engine
}
