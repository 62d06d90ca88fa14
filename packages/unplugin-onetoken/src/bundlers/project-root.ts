import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { findRoot, findRootAtOnce, quotePath } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { bundlerError } from './bundler-error.ts'
import { checkOptions, type PluginOptions } from './options.ts'

/**
 * The project that a bundler with this root (absolute path) builds: what the option `root` says, or what the command finds
 * from there. The two have to agree, or the same words would be paid for in two stores. Checks the options; `more` are
 * names of those that only this bundler has.
 */
export async function projectRoot(
  options: PluginOptions,
  from: string,
  more?: readonly string[],
): Promise<string> {
  checkOptions(options, from, more)
  try {
    return givenRoot(options, from) ?? (await findRoot(from)).root
  } catch (error) {
    throw bundlerError(error, from)
  }
}

/** The same where a bundler waits for nothing. */
export function projectRootAtOnce(options: PluginOptions, from: string, more?: readonly string[]): string {
  checkOptions(options, from, more)
  try {
    return givenRoot(options, from) ?? findRootAtOnce(from, WHICH).root
  } catch (error) {
    throw bundlerError(error, from)
  }
}

const WHICH =
  'Say which folder the project is with the option "root" of the plugin, such as root: ".." or root: "." here.'

function givenRoot({ root }: PluginOptions, from: string): string | undefined {
  if (root === undefined) return undefined
  const path = resolve(from, root)
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return path
  throw new OneTokenError(
    'SETTINGS_INVALID',
    `The option "root" of the plugin names no folder: ${quotePath(path)}.`,
    {
      hint: `It is relative to the root of the bundler, ${quotePath(from)}. Without it, the project is looked for upwards from there.`,
    },
  )
}
