import type { Engine } from '../engine/index.ts'
import { bundlerError } from './bundler-error.ts'
import { refuseShippedKey } from './key-guard.ts'
import { findLeftover } from './leftovers.ts'

/** A file that a build would ship. */
export interface OutputFile {
  /** As the bundler calls it, with its extension. */
  name: string
  content: string | Uint8Array
}

/** The last look at what a build ships: no key, and no reference that a browser could make nothing of. */
export async function checkOutputs(engine: Engine, files: readonly OutputFile[]): Promise<void> {
  await refuseShippedKey(engine, files)
  const leftover = await findLeftover(engine, files)
  if (leftover !== undefined) throw bundlerError(leftover, engine.root)
}
