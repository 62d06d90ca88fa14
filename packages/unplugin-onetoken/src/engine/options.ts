import type { Purpose } from '../render/rules.ts'
import type { Log } from './log.ts'

/** How an engine is made. */
export interface EngineOptions {
  /** Absolute path of the project. */
  root: string
  config?: string | undefined
  /** Names the `.env` files. */
  mode: string
  purpose: Purpose
  env: Readonly<Record<string, string | undefined>>
  log: Log
}
