import { ascii, ftypBrands, gifBlocks, imageFormat, jpegSegments, pngChunks, view } from './magic.ts'
import type { ImageFormat } from './types.ts'

/** What bytes that are no image look like, with words on how to get one. */
export interface Looks {
  /** Fits after "it is", such as `an HTML page`. */
  what: string
  /** A sentence or a command, where one is known. */
  hint?: string | undefined
}

const NAMES: Record<ImageFormat, string> = {
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  avif: 'AVIF',
  gif: 'GIF',
}

/** A format by the name that people know. */
export function formatName(format: ImageFormat): string {
  return NAMES[format]
}

/** The same behind its article: `a PNG`, `an AVIF`. */
export function aFormat(format: ImageFormat): string {
  return `${format === 'avif' ? 'an' : 'a'} ${formatName(format)}`
}

/** First bytes as Latin-1, what they begin, and what to do about it. */
const SIGNATURES: readonly (readonly [start: string, what: string, hint: string])[] = [
  ['II*\0', 'a TIFF or a raw photo', 'Export it as PNG.'],
  ['MM\0*', 'a TIFF or a raw photo', 'Export it as PNG.'],
  ['BM', 'a BMP image', 'Export it as PNG.'],
  ['8BPS', 'a Photoshop file', 'Export it as PNG.'],
  ['\xff\n', 'a JPEG XL image', 'Export it as PNG.'],
  ['\0\0\0\x0cJXL ', 'a JPEG XL image', 'Export it as PNG.'],
  ['\0\0\x01\0', 'an icon', 'Export it as PNG.'],
  ['PK\x03\x04', 'a ZIP archive', 'Unpack it.'],
  ['\x1f\x8b', 'gzip data', 'Unpack it.'],
]

/** What bytes that are no image look like. Bytes of a known image format are named too. */
export function looksLike(bytes: Uint8Array): Looks {
  if (bytes.length === 0) return { what: 'an empty file' }
  const format = imageFormat(bytes)
  if (format !== undefined) return { what: `${aFormat(format)} image` }
  if (ascii(bytes, 0, 4) === '%PDF') return { what: 'a PDF', hint: 'Export the page as PNG.' }
  const text = asText(bytes)
  if (text !== undefined) return looksLikeText(text)
  const head = ascii(bytes, 0, 16)
  for (const [start, what, hint] of SIGNATURES) if (head.startsWith(start)) return { what, hint }
  const brands = ftypBrands(bytes)
  if (brands.some((brand) => /^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand))) {
    return { what: 'a HEIC photo', hint: 'Export it as JPEG or PNG.' }
  }
  if (brands.length > 0) return { what: 'a video or another media file' }
  return { what: 'data of an unknown kind' }
}

function looksLikeText(text: string): Looks {
  const start = text.replace(/^\uFEFF/, '').trimStart()
  if (start === '') return { what: 'an empty file' }
  if (start.startsWith('version https://git-lfs.github.com/spec/')) {
    return { what: 'a Git LFS pointer, not the picture itself', hint: 'git lfs pull' }
  }
  if (start.startsWith('<<<<<<< ')) {
    return {
      what: 'a file with Git conflict markers',
      hint: 'git checkout --ours (or --theirs) brings one of the two back.',
    }
  }
  if (/^(<\?xml[^>]*\?>|<!--[\s\S]*?-->|<!doctype svg[^>]*>|\s)*<svg[\s>]/i.test(start)) {
    return { what: 'an SVG drawing', hint: 'Export it as PNG, in the size that is wanted.' }
  }
  if (/^(<!--[\s\S]*?-->|\s)*<(!doctype html|html|head|body)/i.test(start)) return { what: 'an HTML page' }
  if (start.startsWith('<?xml')) return { what: 'an XML file' }
  if (/^[{[]\s*["{[\]}\d]/.test(start)) return { what: 'JSON' }
  return { what: 'text' }
}

/** The beginning of the bytes as text, or `undefined` when they are no UTF-8 text. */
function asText(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, 1024)
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(head, {
      // A character may be cut at the end of the sample.
      stream: bytes.length > head.length,
    })
  } catch {
    return undefined
  }
}

/**
 * True when an image ends before its own structure says so. Cheap: walks lengths, decodes nothing;
 * what it lets pass can still be broken inside.
 */
export function isCutShort(bytes: Uint8Array): boolean {
  const format = imageFormat(bytes)
  switch (format) {
    case 'png':
      return ![...pngChunks(bytes)].some((chunk) => chunk.type === 'IEND')
    case 'jpeg': {
      // An EXIF thumbnail has an end marker of its own: look behind the start of the scan only.
      const scan = [...jpegSegments(bytes)].find((segment) => segment.marker === 0xda)
      return scan === undefined || !Buffer.from(bytes.subarray(scan.end)).includes('\xff\xd9', 0, 'latin1')
    }
    case 'webp':
      return bytes.length < 12 || view(bytes).getUint32(4, true) + 8 > bytes.length
    case 'gif':
      return ![...gifBlocks(bytes)].some((block) => block.type === ';')
    case 'avif':
      return isMediaCutShort(bytes)
    case undefined:
      return false
  }
}

function isMediaCutShort(bytes: Uint8Array): boolean {
  const data = view(bytes)
  let at = 0
  while (at + 8 <= bytes.length) {
    const short = data.getUint32(at)
    if (short === 0) return false
    if (short === 1 && at + 16 > bytes.length) return true
    const length = short === 1 ? Number(data.getBigUint64(at + 8)) : short
    if (length < 8) return true
    at += length
  }
  return at !== bytes.length
}
