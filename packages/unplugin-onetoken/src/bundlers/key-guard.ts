import type { ResolvedConfig } from 'vite'
import { SECRET_NAMES, type Engine, type Secret } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { bundlerError } from './bundler-error.ts'
import type { OutputFile } from './outputs.ts'

/** A shorter one is a made-up key, such as `test`, which stands in many files as a word. */
const SHORTEST_SECRET = 12

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
  const shown = (await realSecrets(engine)).find(({ value }) => defines.includes(value))
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
  for (const { name, value } of await realSecrets(engine)) {
    const holders = files.filter(({ content }) => holds(content, value)).map((file) => file.name)
    if (holders.length === 0) continue
    holders.forEach(withhold)
    throw exposed(
      engine,
      `The file ${holders[0]} of the build holds the value of ${name}.`,
      'Look for where your sources or the configuration read it; only the build needs it, never the page.',
    )
  }
}

async function realSecrets(engine: Engine): Promise<Secret[]> {
  // One of characters that none has is told when it is used.
  const secrets = await engine.secrets().catch(() => [])
  return secrets.filter(({ value }) => value.length >= SHORTEST_SECRET)
}

function exposed(engine: Engine, message: string, hint: string): unknown {
  return bundlerError(new OneTokenError('KEY_EXPOSED', message, { hint }), engine.root)
}

/** A view of the bytes, not a copy: a site's assets are many megabytes. */
function holds(content: string | Uint8Array, key: string): boolean {
  const bytes = typeof content === 'string' ? content : viewOf(content)
  return (
    bytes.includes(key) ||
    (bytes.includes(INLINE_MAP) && inlineMaps(String(bytes)).some((map) => map.includes(key)))
  )
}

const INLINE_MAP = 'sourceMappingURL=data:'

/** Source maps at the end of what they are for hold the sources, too. */
function inlineMaps(code: string): string[] {
  const maps = code.matchAll(/sourceMappingURL=data:[^,]*;base64,([A-Za-z0-9+/]+)/g)
  return [...maps].map(([, data = '']) => Buffer.from(data, 'base64').toString())
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
