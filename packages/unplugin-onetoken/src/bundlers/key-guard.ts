import type { ResolvedConfig } from 'vite'
import { findLeak, realSecrets, SECRET_NAMES, type Engine, type Secret } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { bundlerError } from './bundler-error.ts'
import type { OutputFile } from './outputs.ts'

/** Refuse a configuration by which Vite would put a secret into the page. */
export async function refuseExposedKey(config: ResolvedConfig, engine: Engine): Promise<void> {
  const prefixes = [config.envPrefix ?? 'VITE_'].flat()
  for (const name of SECRET_NAMES) {
    const prefix = prefixes.find((start) => name.startsWith(start))
    if (prefix === undefined) continue
    throw exposed(
      engine,
      `"envPrefix" holds ${JSON.stringify(prefix)}, by which Vite gives ${name} to every page.`,
      'Choose a prefix that does not begin the names of secrets, such as VITE_.',
    )
  }
  const defines = JSON.stringify(config.define ?? {}) ?? ''
  const shown = realSecrets(await secretsOf(engine)).find(({ value }) => defines.includes(value))
  if (shown !== undefined) {
    throw exposed(
      engine,
      `"define" holds the value of ${shown.name}, so that it would stand in the page.`,
      'Take it out of "define": the plugin reads it by itself.',
    )
  }
}

/** No file of the build may hold a secret, however it came there. `withhold` is told of each that does. */
export async function refuseShippedKey(
  engine: Engine,
  files: readonly OutputFile[],
  withhold: (name: string) => void,
): Promise<void> {
  const shown = files.map(({ name, content }) => ({ name, what: `file ${name} of the build`, content }))
  const leak = findLeak(await secretsOf(engine), shown)
  if (leak === undefined) return
  for (const { name } of leak.holders) withhold(name)
  throw bundlerError(leak.problem, engine.root)
}

/** One of characters that none has is told when it is used. */
async function secretsOf(engine: Engine): Promise<Secret[]> {
  return await engine.secrets().catch(() => [])
}

function exposed(engine: Engine, message: string, hint: string): unknown {
  return bundlerError(new OneTokenError('KEY_EXPOSED', message, { hint }), engine.root)
}
