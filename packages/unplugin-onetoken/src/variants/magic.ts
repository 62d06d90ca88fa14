import { avifHeader } from './avif-header.ts'
import { exifOrientation, turned } from './exif.ts'
import type { ImageFacts, ImageFormat } from './types.ts'

/** The format of an image by its first bytes, or `undefined` when it is none that is known here. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg'
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 4) === 'WEBP') return 'webp'
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'gif'
  if (isAvif(bytes)) return 'avif'
  return undefined
}

/** The brands of a `ftyp` box, the major one first; empty when the bytes do not begin with such a box. */
export function ftypBrands(bytes: Uint8Array): string[] {
  if (ascii(bytes, 4, 4) !== 'ftyp') return []
  const end = Math.min(view(bytes).getUint32(0), bytes.length, 256)
  const brands = [ascii(bytes, 8, 4)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, 4))
  return brands
}

/**
 * Format, size and transparency of an image as its header tells them, without decoding a pixel.
 * The size is the one seen after EXIF orientation (or AVIF's `irot`), as the decoder gives it.
 * `undefined` when it is no image known here, or the header is cut short or makes no sense.
 * @param bytes The whole file: a JPEG's size may lie behind any amount of metadata.
 */
export function headerSize(bytes: Uint8Array): ImageFacts | undefined {
  const format = imageFormat(bytes)
  if (format === undefined) return undefined
  try {
    const found = READERS[format](bytes)
    if (found === undefined || found.width < 1 || found.height < 1) return undefined
    return { format, ...found }
  } catch (error) {
    // The readers trust the bytes' own lengths; a DataView says where these lie.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

type Size = Omit<ImageFacts, 'format'>

const READERS: Record<ImageFormat, (bytes: Uint8Array) => Size | undefined> = {
  png: pngHeader,
  jpeg: jpegHeader,
  webp: webpHeader,
  gif: gifHeader,
  avif: avifHeader,
}

function isAvif(bytes: Uint8Array): boolean {
  // `mif1` files of other codecs, such as HEIC, never name an AVIF brand.
  return ftypBrands(bytes).some((brand) => brand === 'avif' || brand === 'avis')
}

/** The chunks of a PNG: type, and where the data lies. Ends at the first chunk that is cut short. */
export function* pngChunks(bytes: Uint8Array): Generator<{ type: string; start: number; end: number }> {
  const data = view(bytes)
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + data.getUint32(at)
    if (end + 4 > bytes.length) return
    yield { type: ascii(bytes, at + 4, 4), start: at + 8, end }
    at = end + 4
  }
}

function pngHeader(bytes: Uint8Array): Size | undefined {
  if (ascii(bytes, 12, 4) !== 'IHDR') return undefined
  const data = view(bytes)
  const colourType = data.getUint8(25)
  let alpha = colourType === 4 || colourType === 6
  let orientation = 1
  for (const { type, start, end } of pngChunks(bytes)) {
    if (type === 'tRNS') alpha = true
    if (type === 'eXIf') orientation = exifOrientation(bytes.subarray(start, end))
  }
  return { ...turned(data.getUint32(16), data.getUint32(20), orientation), alpha }
}

/** The segments of a JPEG up to its first scan, which is the last one given. */
export function* jpegSegments(bytes: Uint8Array): Generator<{ marker: number; start: number; end: number }> {
  const data = view(bytes)
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) return
    const marker = data.getUint8(at + 1)
    if (marker === 0xff) {
      at++ // a fill byte
      continue
    }
    const end = at + 2 + data.getUint16(at + 2)
    if (end > bytes.length) return
    yield { marker, start: at + 4, end }
    if (marker === 0xda) return
    at = end
  }
}

function jpegHeader(bytes: Uint8Array): Size | undefined {
  const data = view(bytes)
  let orientation = 1
  for (const { marker, start, end } of jpegSegments(bytes)) {
    if (marker === 0xe1 && ascii(bytes, start, 6) === 'Exif\0\0') {
      orientation = exifOrientation(bytes.subarray(start + 6, end))
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) {
      return {
        ...turned(data.getUint16(start + 3), data.getUint16(start + 1), orientation),
        alpha: false,
      }
    }
  }
  return undefined
}

/** The chunks of a WebP. Ends at the first chunk that is cut short. */
export function* webpChunks(bytes: Uint8Array): Generator<{ type: string; start: number; end: number }> {
  const data = view(bytes)
  for (let at = 12; at + 8 <= bytes.length;) {
    const end = at + 8 + data.getUint32(at + 4, true)
    if (end > bytes.length) return
    yield { type: ascii(bytes, at, 4), start: at + 8, end }
    at = end + (end % 2)
  }
}

function webpHeader(bytes: Uint8Array): Size | undefined {
  const data = view(bytes)
  const type = ascii(bytes, 12, 4)
  if (type === 'VP8 ') {
    return {
      width: data.getUint16(26, true) & 0x3fff,
      height: data.getUint16(28, true) & 0x3fff,
      alpha: false,
    }
  }
  if (type === 'VP8L') {
    const bits = data.getUint32(21, true)
    return {
      width: 1 + (bits & 0x3fff),
      height: 1 + ((bits >>> 14) & 0x3fff),
      alpha: ((bits >>> 28) & 1) === 1,
    }
  }
  if (type !== 'VP8X') return undefined
  const width = 1 + (data.getUint32(24, true) & 0xffffff)
  const height = 1 + (data.getUint32(26, true) >>> 8)
  let orientation = 1
  for (const chunk of webpChunks(bytes)) {
    if (chunk.type === 'EXIF') orientation = exifOrientation(bytes.subarray(chunk.start, chunk.end))
  }
  return { ...turned(width, height, orientation), alpha: (data.getUint8(20) & 0x10) !== 0 }
}

/** The blocks of a GIF: `!` extensions, `,` frames, and the `;` that ends it. */
export function* gifBlocks(bytes: Uint8Array): Generator<{ type: string; start: number }> {
  const table = (flags: number | undefined = 0): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0)
  for (let at = 13 + table(bytes[10]); at < bytes.length;) {
    const type = ascii(bytes, at, 1)
    yield { type, start: at + 1 }
    if (type !== '!' && type !== ',') return
    at += type === '!' ? 2 : 11 + table(bytes[at + 9])
    // Sub-blocks, each with its length in front, up to an empty one.
    while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0)
    at++
  }
}

function gifHeader(bytes: Uint8Array): Size | undefined {
  const data = view(bytes)
  const width = data.getUint16(6, true)
  const height = data.getUint16(8, true)
  let alpha = false
  for (const { type, start } of gifBlocks(bytes)) {
    if (type === '!' && bytes[start] === 0xf9) alpha = (data.getUint8(start + 2) & 1) === 1
    if (type !== ',') continue
    // Only the first frame is ever used. What it leaves free of the screen is transparent.
    const covers = data.getUint16(start + 4, true) >= width && data.getUint16(start + 6, true) >= height
    return { width, height, alpha: alpha || !covers }
  }
  return undefined
}

/** Bytes as Latin-1 text, so that every byte is one character. */
export function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length))
}

/** A view on exactly these bytes. */
export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
