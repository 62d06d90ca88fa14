/** One part of a multipart body. */
export interface Part {
  name: string
  /** `undefined` for a plain field. */
  filename: string | undefined
  /** Content type as sent; `text/plain` when none was. */
  type: string
  bytes: Buffer
}

const CRLF = Buffer.from('\r\n')
const HEADER_END = Buffer.from('\r\n\r\n')

/** Read a multipart/form-data body. Throws an `Error` that says what is wrong with it. */
export function parseMultipart(body: Buffer, contentType: string): Part[] {
  const boundary = boundaryOf(contentType)
  const delimiter = Buffer.from(`--${boundary}`)
  const parts: Part[] = []
  let at = findDelimiter(body, delimiter, 0)
  if (at === -1) throw new Error('the boundary does not occur in the body')
  for (;;) {
    const after = at + delimiter.length
    if (body.subarray(after, after + 2).toString('latin1') === '--') return parts
    const lineEnd = body.indexOf(CRLF, after)
    if (lineEnd === -1) throw new Error('the body ends within a boundary')
    if (body.subarray(after, lineEnd).toString('latin1').trim() !== '') {
      throw new Error('a boundary is followed by other characters')
    }
    const next = findDelimiter(body, delimiter, lineEnd)
    if (next === -1) throw new Error('the closing boundary is missing')
    parts.push(parsePart(body.subarray(lineEnd + 2, Math.max(lineEnd + 2, next - 2))))
    at = next
  }
}

function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"((?:[^"\\]|\\.)+)"|([^\s;]+))/i.exec(contentType)
  const boundary = match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2]
  if (!boundary || boundary.length > 70) throw new Error('the content type names no boundary')
  return boundary
}

/** The next delimiter that stands at the beginning of a line and is a whole one. */
function findDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  for (let at = body.indexOf(delimiter, from); at !== -1; at = body.indexOf(delimiter, at + 1)) {
    const begins = at === 0 || (body[at - 2] === 13 && body[at - 1] === 10)
    const next = body.subarray(at + delimiter.length, at + delimiter.length + 2).toString('latin1')
    if (begins && (next === '--' || next === '\r\n' || /^[ \t]/.test(next))) return at
  }
  return -1
}

function parsePart(part: Buffer): Part {
  const end = part.indexOf(HEADER_END)
  if (end === -1) throw new Error('a part has no end of headers')
  const headers = new Map<string, string>()
  for (const line of part.subarray(0, end).toString('utf8').split('\r\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const disposition = headers.get('content-disposition') ?? ''
  if (!/^form-data\b/i.test(disposition)) throw new Error('a part is not form-data')
  const name = parameter(disposition, 'name')
  if (name === undefined) throw new Error('a part has no name')
  const filename = extendedFilename(disposition) ?? parameter(disposition, 'filename')
  return { name, filename, type: headers.get('content-type') ?? 'text/plain', bytes: part.subarray(end + 4) }
}

/** A parameter of Content-Disposition: quoted (with `%22` or backslashes for quotes) or bare. */
function parameter(header: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, 'i').exec(header)
  return (
    match?.[1]
      ?.replace(/\\(["\\])/g, '$1')
      .replace(/%22/g, '"')
      .replace(/%0D%0A/gi, '\r\n') ?? match?.[2]
  )
}

/** `filename*=UTF-8''…`, as some clients send it beside the plain one. */
function extendedFilename(header: string): string | undefined {
  const encoded = /;\s*filename\*=utf-8''([^\s;]+)/i.exec(header)?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
