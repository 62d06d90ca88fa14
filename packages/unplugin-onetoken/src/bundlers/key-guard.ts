import type { ResolvedConfig } from 'vite'
import type { Engine } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { bundlerError } from './bundler-error.ts'
import type { OutputFile } from './outputs.ts'

const NAME = 'ONETOKEN_API_KEY'

/** A shorter one is a made-up key, such as `test`, which stands in many files as a word. */
const SHORTEST_KEY = 12

/** Refuse a configuration by which Vite would put the key into the page. */
export async function refuseExposedKey(config: ResolvedConfig, engine: Engine): Promise<void> {
  const prefix = [config.envPrefix ?? 'VITE_'].flat().find((start) => NAME.startsWith(start))
  if (prefix !== undefined) {
    throw exposed(
      engine,
      `"envPrefix" holds ${JSON.stringify(prefix)}, by which Vite gives ${NAME} to every page.`,
      'Choose a prefix that does not begin the names of secrets, such as VITE_.',
    )
  }
  const defines = JSON.stringify(config.define ?? {}) ?? ''
  const key = await realKey(engine)
  if (key !== undefined && defines.includes(key)) {
    throw exposed(
      engine,
      `"define" holds the value of ${NAME}, so that it would stand in the page.`,
      'Take it out of "define": the plugin reads the key by itself.',
    )
  }
}

/** No file of the build may hold the key, however it came there. `withhold` is told of each that does. */
export async function refuseShippedKey(
  engine: Engine,
  files: readonly OutputFile[],
  withhold: (name: string) => void,
): Promise<void> {
  const key = await realKey(engine)
  if (key === undefined) return
  const holders = files.filter(({ content }) => holds(content, key)).map(({ name }) => name)
  if (holders.length === 0) return
  holders.forEach(withhold)
  throw exposed(
    engine,
    `The file ${holders[0]} of the build holds the value of ${NAME}.`,
    'Look for where your sources or the configuration read it; only the build needs it, never the page.',
  )
}

async function realKey(engine: Engine): Promise<string | undefined> {
  // A key of characters that no key has is told when it is used.
  const key = await engine.apiKey().catch(() => undefined)
  return key === undefined || key.length < SHORTEST_KEY ? undefined : key
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
