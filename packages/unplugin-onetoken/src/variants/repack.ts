import { crc32 } from 'node:zlib'
import { exifOrientation } from './exif.ts'
import { ascii, imageFormat, jpegSegments, pngChunks, view, webpChunks } from './magic.ts'

/**
 * The same compressed pixels in a file that holds nothing else but the provenance: what a source that is
 * smaller than its re-encoding is shipped as. Works on the container, so that no pixel changes.
 *
 * `undefined` where that is not possible:
 * - AVIF (and GIF, which is never written): an item more shifts every offset of the file. It is re-encoded.
 * - A picture that is turned by its EXIF, has a colour profile, is animated, or is a CMYK JPEG: its pixels
 *   would look different without what is dropped.
 *
 * What is dropped: EXIF, IPTC, comments and texts, thumbnails, times, C2PA manifests (which hold no longer
 * once anything else has changed), and anything behind the image's end.
 * @param xmp An XMP packet; absent: none is written.
 */
export function repack(bytes: Uint8Array, xmp: string | undefined): Buffer | undefined {
  switch (imageFormat(bytes)) {
    case 'png':
      return repackPng(bytes, xmp)
    case 'jpeg':
      return repackJpeg(bytes, xmp)
    case 'webp':
      return repackWebp(bytes, xmp)
    default:
      return undefined
  }
}

function repackPng(bytes: Uint8Array, xmp: string | undefined): Buffer | undefined {
  const parts: Uint8Array[] = [bytes.subarray(0, 8)]
  let ended = false
  for (const { type, start, end } of pngChunks(bytes)) {
    if (['iCCP', 'cICP', 'acTL'].includes(type)) return undefined
    if (type === 'eXIf' && exifOrientation(bytes.subarray(start, end)) !== 1) return undefined
    ended = type === 'IEND'
    // An upper-case first letter marks the chunks that a decoder must know.
    if (/^[A-Z]/.test(type) || type === 'tRNS') parts.push(bytes.subarray(start - 8, end + 4))
    if (type === 'IHDR' && xmp !== undefined) parts.push(pngText('XML:com.adobe.xmp', xmp))
    if (ended) break
  }
  return ended ? Buffer.concat(parts) : undefined
}

/** An `iTXt` chunk, uncompressed, without language. */
function pngText(keyword: string, text: string): Buffer {
  const body = Buffer.from(`iTXt${keyword}\0\0\0\0\0${text}`)
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(body.length - 4)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return chunk
}

function repackJpeg(bytes: Uint8Array, xmp: string | undefined): Buffer | undefined {
  const kept: Uint8Array[] = []
  for (const { marker, start, end } of jpegSegments(bytes)) {
    const segment = bytes.subarray(start - 4, end)
    const name = ascii(bytes, start, 12)
    if (marker === 0xe2 && name === 'ICC_PROFILE\0') return undefined
    if (
      marker === 0xe1 &&
      name.startsWith('Exif\0\0') &&
      exifOrientation(bytes.subarray(start + 6, end)) !== 1
    ) {
      return undefined
    }
    if (marker >= 0xc0 && marker <= 0xc3 && (bytes[start + 5] ?? 0) > 3) return undefined
    if (marker === 0xda) {
      const rest = jpegScans(bytes, start - 4)
      return rest && Buffer.concat([bytes.subarray(0, 2), ...jpegXmp(xmp), ...kept, rest])
    }
    // Adobe's APP14 says how the colours are stored; every other application segment and comment goes.
    const isMetadata = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe
    if (!isMetadata || (marker === 0xee && name.startsWith('Adobe'))) kept.push(segment)
  }
  return undefined
}

/** From the first scan to the end of the image; what follows it, such as a second picture, is left out. */
function jpegScans(bytes: Uint8Array, start: number): Uint8Array | undefined {
  // In entropy-coded data a 0xff is always followed by 0x00 or a restart marker: 0xffd9 is the end.
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('\xff\xd9', start, 'latin1')
  return end < 0 ? undefined : bytes.subarray(start, end + 2)
}

function jpegXmp(xmp: string | undefined): Buffer[] {
  if (xmp === undefined) return []
  const body = Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmp}`)
  if (body.length + 2 > 0xffff) return []
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return [head, body]
}

function repackWebp(bytes: Uint8Array, xmp: string | undefined): Buffer | undefined {
  const chunks: Buffer[] = []
  let flags = 0
  let size: Uint8Array | undefined
  for (const { type, start, end } of webpChunks(bytes)) {
    if (type === 'ICCP' || type === 'ANIM') return undefined
    if (type === 'EXIF' && exifOrientation(bytes.subarray(start, end)) !== 1) return undefined
    if (type === 'VP8X') size = bytes.subarray(start + 4, start + 10)
    if (type === 'VP8X') flags = (bytes[start] ?? 0) & 0x10
    if (['VP8 ', 'VP8L', 'ALPH'].includes(type)) chunks.push(riffChunk(type, bytes.subarray(start, end)))
    if (type === 'VP8L') flags |= losslessAlpha(bytes, start)
  }
  if (chunks.length === 0) return undefined
  if (xmp !== undefined) {
    flags |= 0x04
    chunks.push(riffChunk('XMP ', Buffer.from(xmp)))
  }
  const isExtended = flags !== 0 && (xmp !== undefined || chunks.length > 1)
  size ??= simpleWebpSize(bytes)
  if (isExtended) chunks.unshift(riffChunk('VP8X', Buffer.concat([Buffer.from([flags, 0, 0, 0]), size])))
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks])
  return riffChunk('RIFF', body)
}

function losslessAlpha(bytes: Uint8Array, start: number): number {
  return (view(bytes).getUint32(start + 1, true) >>> 28) & 1 ? 0x10 : 0
}

/** Width and height of a WebP without a `VP8X` chunk, in that chunk's form: 24 bits each, less one. */
function simpleWebpSize(bytes: Uint8Array): Buffer {
  const data = view(bytes)
  const lossless = ascii(bytes, 12, 4) === 'VP8L'
  const bits = lossless ? data.getUint32(21, true) : 0
  const width = lossless ? bits & 0x3fff : (data.getUint16(26, true) & 0x3fff) - 1
  const height = lossless ? (bits >>> 14) & 0x3fff : (data.getUint16(28, true) & 0x3fff) - 1
  const size = Buffer.alloc(6)
  size.writeUIntLE(width, 0, 3)
  size.writeUIntLE(height, 3, 3)
  return size
}

function riffChunk(type: string, body: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}
