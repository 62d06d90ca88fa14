import type { Attempt } from './operation.ts'

/** The body of an answer as it comes in. */
export interface IncomingBody {
  parts: AsyncIterable<Uint8Array>
  /** How many bytes the server says there are. */
  declared: number | undefined
}

/** All bytes of a body. Fails when there are more than `largest`, or not as many as were declared. */
export async function wholeBody(
  { parts, declared }: IncomingBody,
  largest: number,
  { fail }: Attempt,
): Promise<Buffer> {
  const bytes = await readAtMost(parts, declared !== undefined && declared > largest ? 0 : largest)
  if (bytes === undefined) throw fail({ kind: 'unexpected', why: `it is larger than ${largest} bytes` })
  if (declared === undefined || declared === bytes.length) return bytes
  const why = `${bytes.length} of ${declared} bytes came`
  throw fail({ kind: 'unreachable', why })
}

/** The bytes of a body, or undefined when there are more than `largest`: no more of it is read then. */
export async function readAtMost(
  parts: AsyncIterable<Uint8Array>,
  largest: number,
): Promise<Buffer | undefined> {
  const read: Uint8Array[] = []
  let length = 0
  // To leave the loop ends the stream, and with it the connection.
  for await (const part of parts) {
    length += part.length
    if (length > largest) return undefined
    read.push(part)
  }
  return Buffer.concat(read, length)
}
