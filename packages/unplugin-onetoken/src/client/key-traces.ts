/** Letters in a row of a key that are a trace of it; fewer turn up in ordinary words. */
const SHORTEST_TRACE = 8

/** The same of its base64 and of its hex, which take more characters for as many letters. */
const SHORTEST_IN_BASE64 = 12
const SHORTEST_IN_HEX = 16

/** What a reader passes over: sequences of colours, white space, what cannot be seen; line breaks also as escapes. */
const GAP = /^(?:\u001b\[[0-9;?]*[ -/]*[@-~]|\\{1,8}[nrt]|[\s\p{Cc}\p{Cf}])$/iu

/** One unit of a text: a gap, or a character, also as the escapes of URLs, of JSON and of HTML write it. */
const UNIT =
  /\u001b\[[0-9;?]*[ -/]*[@-~]|\\{1,8}[nrt]|%(?:25)*(?<percent>[0-9a-f]{2})|\\{1,8}u(?<unicode>[0-9a-f]{4})|&#x0*(?<hex>[0-9a-f]{1,4});|&#0*(?<decimal>\d{1,5});|[^]/giu

/**
 * A function that puts `mask` in place of every trace of a key: of eight or more letters in a row, in any case, however
 * they are escaped or pulled apart, as they are or in base64 or hex.
 */
export function traceMasker(key: string, mask: string): (text: string) => string {
  const traces = tracesOf(key)
  return (text) => {
    const { letters, starts, ends } = read(text)
    let masked = ''
    let from = 0
    for (let at = 0; at < letters.length; at++) {
      let last = endOfTrace(traces, letters, at)
      if (last === undefined) continue
      const first = at
      // A trace goes on as long as one begins within it or right behind it.
      for (; at <= last + 1; at++) last = Math.max(last, endOfTrace(traces, letters, at) ?? 0)
      at -= 1
      masked += text.slice(from, starts[first]) + mask
      from = ends[last] ?? text.length
    }
    return masked + text.slice(from)
  }
}

/** Every trace, by its length. */
type Traces = ReadonlyMap<number, ReadonlySet<string>>

function tracesOf(key: string): Traces {
  const traces = new Map<number, Set<string>>()
  const add = (text: string, length: number): void => {
    const all = traces.get(length) ?? new Set()
    for (let at = 0; at + length <= text.length; at++) all.add(text.slice(at, at + length).toLowerCase())
    traces.set(length, all)
  }
  add(key, SHORTEST_TRACE)
  add(Buffer.from(key).toString('hex'), SHORTEST_IN_HEX)
  for (const fragment of base64Fragments(key)) add(fragment, SHORTEST_IN_BASE64)
  return traces
}

/** The part of base64 that the key alone decides, at each of the three places where it can start in a group. */
export function base64Fragments(key: string): string[] {
  const fragments = [0, 1, 2].map((before) => {
    const encoded = Buffer.from('\0'.repeat(before) + key).toString('base64')
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + key.length) * 8) / 6))
  })
  return fragments.flatMap((fragment) => [fragment, fragment.replaceAll('+', '-').replaceAll('/', '_')])
}

/** Where the trace that begins at a letter ends: its last letter. */
function endOfTrace(traces: Traces, letters: string, at: number): number | undefined {
  for (const [length, all] of traces) {
    if (all.has(letters.slice(at, at + length))) return at + length - 1
  }
  return undefined
}

/** The letters of a text in lower case, and where in the text each of them begins and ends. */
function read(text: string): { letters: string; starts: number[]; ends: number[] } {
  const letters: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  for (const { 0: unit, index, groups = {} } of text.matchAll(UNIT)) {
    const { percent, unicode, hex, decimal } = groups
    const code = percent ?? unicode ?? hex
    const number = code === undefined ? decimal : `0x${code}`
    const meant = number === undefined ? unit : String.fromCharCode(Number(number))
    if (GAP.test(meant)) continue
    // One code unit for each, so that an index of the letters is one of their places.
    letters.push(meant.toLowerCase().slice(0, 1))
    starts.push(index)
    ends.push(index + unit.length)
  }
  return { letters: letters.join(''), starts, ends }
}
