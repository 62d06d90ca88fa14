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

/** A chunk or an asset of a bundle, as Rollup and its kin have them. */
export type BundleFile =
  | { type: 'asset'; fileName: string; source: string | Uint8Array }
  | {
      type: 'chunk'
      fileName: string
      code: string
      map?: { sourcesContent?: readonly (string | null)[] | undefined } | null
    }

/** What a bundle will be written as. Source maps too: they hold the sources as they were written. */
export function filesOf(bundle: Record<string, BundleFile>): OutputFile[] {
  return Object.values(bundle).flatMap((output) => {
    const name = output.fileName
    if (output.type === 'asset') return [{ name, content: output.source }]
    const sources = output.map?.sourcesContent ?? []
    return [
      { name, content: output.code },
      ...sources.map((source) => ({ name: `${name}.map`, content: source ?? '' })),
    ]
  })
}

/** What {@link checkOutputs} is told of a build. */
export interface OutputCheck {
  /** Something else is wrong already, which may well have left a reference. */
  failed?: boolean
  /** Told of each file that is not to be written even where a bundler writes what has errors. */
  withhold?(name: string): void
}

/** The last look at what a build ships: no key, and no reference that a browser could make nothing of. */
export async function checkOutputs(
  engine: Engine,
  files: readonly OutputFile[],
  { failed = false, withhold = () => undefined }: OutputCheck = {},
): Promise<void> {
  await refuseShippedKey(engine, files, withhold)
  const leftover = failed ? undefined : await findLeftover(engine, files)
  if (leftover !== undefined) throw bundlerError(leftover, engine.root)
}
