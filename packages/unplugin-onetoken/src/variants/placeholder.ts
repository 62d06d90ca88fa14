import { plainText, xmlText } from './xml.ts'

/** What a placeholder shows. */
export interface PlaceholderOptions {
  /** Pixels of the picture that it stands in for. */
  width: number
  height: number
  /** Equal seeds give equal colours; the render key, for example. */
  seed: string
  /** Shown on it, with the size below: for development. Absent: nothing is written on it. */
  words?: string | undefined
}

/** The largest part of the picture that words may take. */
const TEXT_AREA = { width: 0.82, height: 0.6 }

/** Line height, in font sizes. */
const LINE = 1.35

/** The dominant colour of a placeholder, `#rrggbb`. */
export function placeholderColor(seed: string): string {
  return hslToHex(hueOf(seed), 0.42, 0.84)
}

/**
 * A picture that stands in for one that is not rendered yet: hills under a pale sun in colours of their own
 * for each seed, as an SVG of exactly the picture's size. Refers to nothing outside itself and runs no script.
 */
export function placeholderSvg({ width, height, seed, words }: PlaceholderOptions): string {
  const hue = hueOf(seed)
  const sky = [hslToHex(hue, 0.5, 0.92), placeholderColor(seed)]
  const far = hslToHex(hue + 18, 0.36, 0.77)
  const near = hslToHex(hue + 36, 0.32, 0.69)
  const text = words === undefined ? '' : textOf(words, width, height, hslToHex(hue + 20, 0.45, 0.2))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    '<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">',
    `<stop offset="0" stop-color="${sky[0]}"/><stop offset="1" stop-color="${sky[1]}"/>`,
    '</linearGradient></defs>',
    `<rect width="${width}" height="${height}" fill="url(#sky)"/>`,
    sun(width, height, seed),
    hill(width, height, 0.66, 0.1, far),
    hill(width, height, 0.8, -0.09, near),
    text,
    '</svg>',
  ].join('')
}

function sun(width: number, height: number, seed: string): string {
  const x = width * (0.2 + 0.6 * (hash(`${seed}:sun`) / 2 ** 32))
  const radius = Math.min(width, height) * 0.09
  return `<circle cx="${round(x)}" cy="${round(height * 0.17)}" r="${round(radius)}" fill="#fff" fill-opacity=".65"/>`
}

/** A wave from edge to edge, `level` of the height from the top, bent by `bend` of the height. */
function hill(width: number, height: number, level: number, bend: number, colour: string): string {
  const [y, up, down] = [level, level - bend, level + bend].map((part) => round(height * part))
  const [third, two] = [round(width / 3), round((width * 2) / 3)]
  return `<path d="M0 ${y}C${third} ${up} ${two} ${down} ${width} ${y}V${height}H0Z" fill="${colour}"/>`
}

function textOf(words: string, width: number, height: number, colour: string): string {
  const clean = plainText(words)
  const size = Math.min(Math.max(Math.min(width, height) / 17, 11), 52)
  // Below this a line holds no word worth reading.
  if (clean === '' || width < 8 * size || height < 4 * size) return ''
  const most = Math.max(1, Math.floor((height * TEXT_AREA.height) / (size * LINE)))
  const lines = wrap(clean, (width * TEXT_AREA.width) / size, most)
  const top = height / 2 - ((lines.length - 1) / 2) * size * LINE - size * 0.3
  const spans = lines.map((line, at) => tspan(line, width / 2, top + at * size * LINE))
  const note = tspan(`${width} × ${height}`, width / 2, top + lines.length * size * LINE)
  const font =
    'font-family="system-ui,-apple-system,\'Segoe UI\',sans-serif" text-anchor="middle" dominant-baseline="middle"'
  return [
    `<g ${font} fill="${colour}">`,
    `<text font-size="${round(size)}" font-weight="500">${spans.join('')}</text>`,
    `<text font-size="${round(size * 0.68)}" fill-opacity=".6">${note}</text>`,
    '</g>',
  ].join('')
}

function tspan(line: string, x: number, y: number): string {
  return `<tspan x="${round(x)}" y="${round(y)}">${xmlText(line)}</tspan>`
}

/**
 * Breaks text into at most `most` lines of `room` font sizes; what does not fit becomes an ellipsis.
 * Words longer than a line, and scripts without spaces, are broken between characters.
 */
function wrap(text: string, room: number, most: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of pieces(text, room)) {
    if (line !== '' && widthOf(line + piece.trimEnd()) > room) {
      lines.push(line.trimEnd())
      line = ''
    }
    line += line === '' ? piece.trimStart() : piece
  }
  lines.push(line.trimEnd())
  if (lines.length <= most) return lines
  const last = characters(lines[most - 1] ?? '')
  while (last.length > 0 && widthOf(`${last.join('')}…`) > room) last.pop()
  return [...lines.slice(0, most - 1), `${last.join('').trimEnd()}…`]
}

/** Words with the space behind them; characters one by one where a word is wide or longer than a line. */
function* pieces(text: string, room: number): Generator<string> {
  for (const word of text.split(/(?<= )/)) {
    if (widthOf(word.trimEnd()) <= room && !WIDE.test(word)) yield word
    else yield* characters(word)
  }
}

/** What a reader takes for one character each, emoji and accents included. */
function characters(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}

/** Characters as wide as they are high: CJK, kana, Hangul, full-width forms, emoji. */
const WIDE = /[\u1100-\u11FF\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFF00-\uFFE0]|\p{Extended_Pictographic}/u

/** An estimate of a line's width in font sizes: an SVG cannot measure before it is drawn. */
function widthOf(text: string): number {
  let sum = 0
  for (const character of text) sum += WIDE.test(character) ? 1 : 0.56
  return sum
}

function hueOf(seed: string): number {
  return hash(seed) % 360
}

/** FNV-1a, 32 bits: needs to be even, not secret. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0
  return value
}

/** @param hue Degrees. @param saturation 0 to 1. @param lightness 0 to 1. */
function hslToHex(hue: number, saturation: number, lightness: number): string {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  const channel = (offset: number): string => {
    const at = (offset + hue / 30) % 12
    const value = lightness - reach * Math.max(-1, Math.min(at - 3, 9 - at, 1))
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, '0')
  }
  return `#${channel(0)}${channel(8)}${channel(4)}`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
