import type { Ledger } from '../render/ledger.ts'
import type { Purpose } from '../render/rules.ts'
import type { Settings } from '../spec/settings-types.ts'
import type { Log } from './log.ts'

/** How an engine is made. */
export interface EngineOptions {
  /** Absolute path of the project. */
  root: string
  config?: string | undefined
  /** Settings of a script, in place of a settings file. */
  settings?: Settings | undefined
  /** Names the `.env` files. */
  mode: string
  purpose: Purpose
  env: Readonly<Record<string, string | undefined>>
  log: Log
  /** Folders of the `.env` files, the strongest last. @default the root */
  envDirs?: readonly string[] | undefined
  /** Whether pages are served to the people who make the site: then placeholders show the words. */
  isServer?: boolean | undefined
  /** Whether the remote store of the settings is used. @default true */
  remote?: boolean | undefined
  /** What was spent before and what is under way elsewhere: the budget of several builds in one process is one. */
  ledger?: Ledger | undefined
}
