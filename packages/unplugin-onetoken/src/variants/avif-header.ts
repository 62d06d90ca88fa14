interface Box {
  type: string
  start: number
  end: number
}

/**
 * Size and transparency of an AVIF: the `ispe` property of the primary item, turned by its `irot`;
 * an auxiliary alpha image anywhere in the file counts as transparency.
 * @see ISO/IEC 23008-12 (HEIF), sections 6.5 and 9.3
 */
export function avifHeader(bytes: Uint8Array): { width: number; height: number; alpha: boolean } | undefined {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const meta = child(data, { start: 0, end: bytes.length }, 'meta')
  if (meta === undefined) return undefined
  const inside = { ...meta, start: meta.start + 4 }
  const iprp = child(data, inside, 'iprp')
  const ipco = iprp && child(data, iprp, 'ipco')
  if (iprp === undefined || ipco === undefined) return undefined
  const properties = [...boxes(data, ipco)]
  const alpha = properties.some((box) => box.type === 'auxC' && isAlpha(bytes, box))
  const own = primaryProperties(data, inside, iprp)
  const used = own.map((index) => properties[index - 1])
  // A file without a primary item is a sequence: its only size is the right one.
  const size = (own.length > 0 ? used : properties).find((box) => box?.type === 'ispe')
  if (size === undefined) return undefined
  const width = data.getUint32(size.start + 4)
  const height = data.getUint32(size.start + 8)
  const turn = used.find((box) => box?.type === 'irot')
  const onItsSide = turn !== undefined && (data.getUint8(turn.start) & 1) === 1
  return onItsSide ? { width: height, height: width, alpha } : { width, height, alpha }
}

function* boxes(data: DataView, within: { start: number; end: number }): Generator<Box> {
  for (let at = within.start; at + 8 <= within.end;) {
    const short = data.getUint32(at)
    const long = short === 1
    const length = long ? Number(data.getBigUint64(at + 8)) : short === 0 ? within.end - at : short
    const start = at + (long ? 16 : 8)
    if (length < start - at || at + length > within.end) return
    yield { type: fourCC(data, at + 4), start, end: at + length }
    at += length
  }
}

function child(data: DataView, within: { start: number; end: number }, type: string): Box | undefined {
  for (const box of boxes(data, within)) if (box.type === type) return box
  return undefined
}

/** Indices, from 1, of the properties of the primary item. */
function primaryProperties(data: DataView, meta: Box, iprp: Box): number[] {
  const pitm = child(data, meta, 'pitm')
  const ipma = child(data, iprp, 'ipma')
  if (pitm === undefined || ipma === undefined) return []
  const wideId = data.getUint8(pitm.start) > 0
  const primary = wideId ? data.getUint32(pitm.start + 4) : data.getUint16(pitm.start + 4)
  const wideItems = data.getUint8(ipma.start) > 0
  const wideIndex = (data.getUint8(ipma.start + 3) & 1) === 1
  const count = data.getUint32(ipma.start + 4)
  let at = ipma.start + 8
  for (let i = 0; i < count && at < ipma.end; i++) {
    const id = wideItems ? data.getUint32(at) : data.getUint16(at)
    at += wideItems ? 4 : 2
    const links = data.getUint8(at++)
    const indices: number[] = []
    for (let link = 0; link < links; link++, at += wideIndex ? 2 : 1) {
      indices.push(wideIndex ? data.getUint16(at) & 0x7fff : data.getUint8(at) & 0x7f)
    }
    if (id === primary) return indices
  }
  return []
}

function isAlpha(bytes: Uint8Array, auxC: Box): boolean {
  const name = String.fromCharCode(...bytes.subarray(auxC.start + 4, Math.min(auxC.end, auxC.start + 80)))
  return (
    name.startsWith('urn:mpeg:mpegB:cicp:systems:auxiliary:alpha') ||
    name.startsWith('urn:mpeg:hevc:2015:auxid:1')
  )
}

function fourCC(data: DataView, at: number): string {
  return String.fromCharCode(
    data.getUint8(at),
    data.getUint8(at + 1),
    data.getUint8(at + 2),
    data.getUint8(at + 3),
  )
}
