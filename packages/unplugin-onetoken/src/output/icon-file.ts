/** A PNG for an icon file. */
export interface IconPicture {
  /** Pixels of both edges, 1 to 256. */
  size: number
  bytes: Uint8Array
}

const HEADER_LENGTH = 6
const ENTRY_LENGTH = 16

/**
 * An ICO file (such as `favicon.ico`) of several PNGs, which all browsers and Windows since Vista read: a header, an
 * entry for each picture, then the pictures as they are.
 * https://learn.microsoft.com/previous-versions/ms997538(v=msdn.10)
 */
export function iconFile(pictures: readonly IconPicture[]): Buffer {
  const table = Buffer.alloc(HEADER_LENGTH + ENTRY_LENGTH * pictures.length)
  // Reserved, then 1 for an icon (2 is a cursor).
  table.writeUInt16LE(1, 2)
  table.writeUInt16LE(pictures.length, 4)
  let offset = table.length
  for (const [index, { size, bytes }] of pictures.entries()) {
    const at = HEADER_LENGTH + ENTRY_LENGTH * index
    // 256 does not fit into a byte, and is written as 0.
    table.writeUInt8(size % 256, at)
    table.writeUInt8(size % 256, at + 1)
    // Colour planes and bits of a pixel.
    table.writeUInt16LE(1, at + 4)
    table.writeUInt16LE(32, at + 6)
    table.writeUInt32LE(bytes.length, at + 8)
    table.writeUInt32LE(offset, at + 12)
    offset += bytes.length
  }
  return Buffer.concat([table, ...pictures.map(({ bytes }) => bytes)])
}
