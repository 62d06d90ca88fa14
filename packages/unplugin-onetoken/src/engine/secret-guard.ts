import { OneTokenError } from '../errors.ts'
import { secretsOf, type Environment, type Secret } from '../project/environment.ts'
import type { ImageSpec } from '../spec/types.ts'

/** A shorter one is a made-up key, such as `test`, which stands in many files as a word. */
const SHORTEST_SECRET = 12

/** Those that are no made-up words. */
export function realSecrets(secrets: readonly Secret[]): Secret[] {
  return secrets.filter(({ value }) => value.length >= SHORTEST_SECRET)
}

/** What others will see: a file, or what becomes part of one. */
export interface Shown {
  /** Goes on after "The", as in `file main.js of the build`. */
  what: string
  content: string | Uint8Array
}

/** A secret in what others will see, and all that hold it. */
export interface Leak<Item extends Shown> {
  holders: Item[]
  problem: OneTokenError
}

/** The first secret that any of these hold, however it came there; undefined when none does. */
export function findLeak<Item extends Shown>(
  secrets: readonly Secret[],
  shown: readonly Item[],
): Leak<Item> | undefined {
  for (const { name, value } of realSecrets(secrets)) {
    const holders = shown.filter(({ content }) => holds(content, value))
    const [first] = holders
    if (first === undefined) continue
    const problem = new OneTokenError('KEY_EXPOSED', `The ${first.what} holds the value of ${name}.`, {
      hint: 'Look for where your sources or the configuration read it; only the build needs it, never the page.',
    })
    return { holders, problem }
  }
  return undefined
}

/**
 * Refuse words that hold a secret, before they are sent or written down.
 * @throws OneTokenError `KEY_EXPOSED`; it shows nothing of the words
 */
export function refuseSecretWords(
  { name, place, render }: Pick<ImageSpec, 'name' | 'place' | 'render'>,
  environment: Environment,
): void {
  const words = JSON.stringify([name, render.request])
  const secret = realSecrets(secretsOf(environment)).find(({ value }) =>
    words.includes(JSON.stringify(value).slice(1, -1)),
  )
  if (secret === undefined) return
  throw new OneTokenError('KEY_EXPOSED', `The words of a picture hold the value of ${secret.name}.`, {
    hint: 'Nothing was sent or written down: a record of them would show it to everybody. Take it out. If it was committed before, get another key.',
    place,
  })
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
