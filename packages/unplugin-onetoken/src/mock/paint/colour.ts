/** Red, green and blue, each 0..1, as a display has them (sRGB). */
export type Rgb = readonly [number, number, number]

/** The colour of `#rrggbb`. */
export function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [((value >> 16) & 255) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255]
}

/** `#rrggbb` of a colour, for SVG. */
export function hex(colour: Rgb): string {
  const part = (value: number): string =>
    Math.round(Math.min(1, Math.max(0, value)) * 255)
      .toString(16)
      .padStart(2, '0')
  return `#${colour.map(part).join('')}`
}

/** The colour on the way from `from` (0) to `to` (1). */
export function mix(from: Rgb, to: Rgb, amount: number): Rgb {
  return [
    from[0] + (to[0] - from[0]) * amount,
    from[1] + (to[1] - from[1]) * amount,
    from[2] + (to[2] - from[2]) * amount,
  ]
}

/** A colour made brighter (above 1) or darker (below 1). */
export function scale(colour: Rgb, factor: number): Rgb {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor]
}

/** A colour from hue (turns), saturation and lightness, each 0..1. */
export function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const a = saturation * Math.min(lightness, 1 - lightness)
  const part = (n: number): number => {
    const k = (((n + hue * 12) % 12) + 12) % 12
    return lightness - a * Math.max(-1, Math.min(k - 3, 9 - k, 1))
  }
  return [part(0), part(8), part(4)]
}

/** The colour at `t` (0..1) of a row of colours at equal distances. */
export function ramp(colours: readonly Rgb[], t: number): Rgb {
  const at = Math.min(0.9999, Math.max(0, t)) * (colours.length - 1)
  const index = Math.floor(at)
  return mix(colours[index]!, colours[Math.min(index + 1, colours.length - 1)]!, at - index)
}
