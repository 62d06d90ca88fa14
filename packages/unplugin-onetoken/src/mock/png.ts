import { crc32, deflateSync } from 'node:zlib'

/** Red, green, blue and alpha, each 0 to 255. */
export type Rgba = readonly [number, number, number, number]

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * A PNG of four colours, two bits a pixel. `row` gives the colour numbers of a line;
 * lines may be shared: it is called once a line.
 */
export function encodeFourColours(
  width: number,
  height: number,
  palette: readonly [Rgba, Rgba, Rgba, Rgba],
  row: (y: number) => Uint8Array,
): Buffer {
  const stride = 1 + Math.ceil(width / 4)
  const packed = new Map<Uint8Array, Buffer>()
  const lines = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const colours = row(y)
    let line = packed.get(colours)
    if (!line) packed.set(colours, (line = pack(colours, stride)))
    line.copy(lines, y * stride)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 2 // bits a pixel
  header[9] = 3 // indexed colour
  const colours = Buffer.from(palette.flatMap(([red, green, blue]) => [red, green, blue]))
  const alphas = Buffer.from(palette.map(([, , , alpha]) => alpha))
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('tRNS', alphas),
    chunk('IDAT', deflateSync(lines, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Four pixels to a byte, the first in the high bits; the byte before them is the filter (none). */
function pack(colours: Uint8Array, stride: number): Buffer {
  const line = Buffer.alloc(stride)
  for (let x = 0; x < colours.length; x++) {
    line[1 + (x >> 2)]! |= colours[x]! << (6 - (x & 3) * 2)
  }
  return line
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12)
  out.writeUInt32BE(data.length, 0)
  out.write(type, 4, 'latin1')
  data.copy(out, 8)
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8)
  return out
}
