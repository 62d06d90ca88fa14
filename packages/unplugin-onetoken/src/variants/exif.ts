/**
 * The orientation that an EXIF block asks for, 1 to 8; 1 (upright) when it says nothing that can be read.
 * @param exif The block from its TIFF header on, or from `Exif\0\0` on as some WebP writers have it.
 */
export function exifOrientation(exif: Uint8Array): number {
  const prefixed = exif[0] === 0x45 && exif[1] === 0x78 && exif[4] === 0
  const tiff = prefixed ? exif.subarray(6) : exif
  const little = tiff[0] === 0x49
  if (tiff.length < 14 || tiff[0] !== tiff[1] || (!little && tiff[0] !== 0x4d)) return 1
  const data = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const directory = data.getUint32(4, little)
  if (directory + 2 > tiff.length) return 1
  const entries = data.getUint16(directory, little)
  for (let at = directory + 2, i = 0; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    if (data.getUint16(at, little) !== 0x0112) continue
    const value = data.getUint16(at + 8, little)
    return value >= 1 && value <= 8 ? value : 1
  }
  return 1
}

/** A size as it is seen after an EXIF orientation: 5 to 8 lie on their side. */
export function turned(
  width: number,
  height: number,
  orientation: number,
): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}
