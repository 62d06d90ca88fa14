import { File } from 'node:buffer'
import type { FormData } from 'undici'
import { loadUndici } from './load-undici.ts'
import type { EditFiles, JsonValue, RequestFields, Upload } from './types.ts'

/** The body of a request, whole: the same bytes go out again when the request does. */
export interface Body {
  bytes: Buffer
  type: string
}

/** The extensions from which relays take the type of an upload. */
const EXTENSIONS: Record<Upload['type'], readonly [string, ...string[]]> = {
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/webp': ['webp'],
}

/** The fields as JSON. */
export function jsonBody(fields: RequestFields): Body {
  return { bytes: Buffer.from(JSON.stringify(fields)), type: 'application/json' }
}

/** The fields and files as `multipart/form-data`. */
export async function formBody(fields: RequestFields, files: EditFiles): Promise<Body> {
  const undici = loadUndici()
  // Only undici's own FormData is known to undici; Node's global one goes out as the text "[object FormData]".
  const form = new undici.FormData()
  for (const [name, value] of Object.entries(fields)) appendField(form, name, value)
  const name = files.images.length === 1 ? 'image' : 'image[]'
  for (const image of files.images) appendFile(form, name, image)
  if (files.mask !== undefined) appendFile(form, 'mask', files.mask)
  const encoded = new undici.Response(form)
  return {
    bytes: Buffer.from(await encoded.arrayBuffer()),
    type: encoded.headers.get('content-type') ?? 'multipart/form-data',
  }
}

/** A form has only text: lists and objects are spelled in brackets, as OpenAI's own clients do. */
function appendField(form: FormData, name: string, value: JsonValue): void {
  if (value === null || value === undefined) return
  if (Array.isArray(value)) {
    for (const part of value) appendField(form, `${name}[]`, part)
  } else if (typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) appendField(form, `${name}[${key}]`, part)
  } else {
    form.append(name, String(value))
  }
}

function appendFile(form: FormData, field: string, upload: Upload): void {
  const name = fileName(upload)
  form.append(field, new File([upload.bytes], name, { type: upload.type }), name)
}

/** The name without its folders, which are nobody's business, and with an extension that fits the type. */
function fileName(upload: Upload): string {
  const name = upload.name.split(/[\\/]/).at(-1) ?? ''
  const known = EXTENSIONS[upload.type]
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
  return known.includes(extension) ? name : `${name === '' ? 'image' : name}.${known[0]}`
}
