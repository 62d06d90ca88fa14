import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** An API key that nothing else can hold by chance, as long as real ones. */
export function randomKey(): string {
  return `sk-${[...randomBytes(40)].map((byte) => LETTERS[byte % LETTERS.length]).join('')}`
}

/** Looks for traces of a key. */
export interface KeyHunt {
  /** What of the key is in a text, each with a word for its form; none is right. */
  in(text: string): string[]
  /** The same for all files below folders, by their paths. */
  below(...folders: string[]): Promise<string[]>
}

/** Hunt for a key: any eight characters of it, and what it is in base64, hex and percent-encoding. */
export function huntFor(key: string): KeyHunt {
  const traces = new Map<string, string>()
  const add = (form: string, text: string, length: number): void => {
    // Hosts and headers may come back in small letters.
    const small = text.toLowerCase()
    for (let at = 0; at + length <= small.length; at++) traces.set(small.slice(at, at + length), form)
  }
  add('fragment', key, 8)
  const hex = Buffer.from(key).toString('hex')
  add('hex', hex, 16)
  add('percent-encoded', [...key].map((letter) => `%${Buffer.from(letter).toString('hex')}`).join(''), 24)
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.from('\0'.repeat(before) + key).toString('base64')
    // What the key alone decides: neither what comes before it nor what comes after.
    const own = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + key.length) * 8) / 6))
    add('base64', own, 12)
  }
  const finds = (text: string): string[] => {
    const found = new Set<string>()
    for (const reading of readingsOf(text)) {
      for (const [trace, form] of traces) if (reading.includes(trace)) found.add(`${form} ${trace}`)
    }
    return [...found]
  }
  return {
    in: finds,
    async below(...folders) {
      const found: string[] = []
      for (const folder of folders) {
        const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
        for (const entry of entries) {
          const path = join(entry.parentPath, entry.name)
          const text = entry.isFile() ? await readFile(path, 'utf8') : ''
          found.push(...finds(`${entry.name}\n${text}`).map((find) => `${path}: ${find}`))
        }
      }
      return found
    },
  }
}

/** A text as it stands, and as somebody reads it who takes escapes for what they mean and leaves out gaps. */
function readingsOf(text: string): string[] {
  const small = text.toLowerCase()
  const meant = small
    .replace(/\\+u([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replace(/&#(?:x([0-9a-f]+)|(\d+));/g, (_, hex?: string, decimal?: string) =>
      String.fromCharCode(hex === undefined ? Number(decimal) : parseInt(hex, 16)),
    )
    .toLowerCase()
  return [small, meant, meant.replace(/\\+[nrt]|[\s\p{Cf}]/gu, '')]
}
