import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp, { type Sharp } from 'sharp'
import { build } from 'tsdown'
import { onTestFinished } from 'vitest'
import { headerSize } from './magic.ts'
import type { OutputSpec, SourceImage } from './types.ts'

// Helpers of this room's tests.

/** A folder that is removed after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onetoken-variants-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A picture of one colour. */
export function flat(width: number, height: number, background: string = '#3366cc'): Sharp {
  return sharp({ create: { width, height, channels: 3, background } })
}

/** A smooth picture with a little noise, as a photograph has: equal for equal sizes. */
export function photo(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3)
  let state = 1
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const x = Math.floor(at / 3) % width
    const y = Math.floor(at / 3 / width)
    data[at] = 110 + 70 * Math.sin(x / 23 + (at % 3)) + 50 * Math.cos(y / 31) + (state >>> 28)
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
}

/** A picture of noise: a PNG of it has nearly its raw size. */
export function noise(width: number, height: number, channels: 3 | 4 = 3): Sharp {
  const data = Buffer.alloc(width * height * channels)
  for (let at = 0, state = 3; at < data.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    data[at] = state >>> 24
  }
  return sharp(data, { raw: { width, height, channels } })
}

/** A picture of four colours, one in each quarter: red, green, blue, white from the top left. */
export function quarters(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 3)
  const colours = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ]
  for (let at = 0; at < data.length; at++) {
    const x = Math.floor(at / 3) % width
    const y = Math.floor(at / 3 / width)
    const quarter = (x < width / 2 ? 0 : 1) + (y < height / 2 ? 0 : 2)
    data[at] = colours[quarter]?.[at % 3] ?? 0
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
}

/** A mask in black, at the left, and white. */
export function halves(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height)
  for (let at = 0; at < data.length; at++) data[at] = at % width < width / 2 ? 0 : 255
  return sharp(data, { raw: { width, height, channels: 1 } })
}

/** A mask whose middle, half as wide and high, is transparent. */
export function hole(width: number, height: number): Sharp {
  const data = Buffer.alloc(width * height * 4)
  const isInside = (at: number, edge: number): boolean => Math.abs(at + 0.5 - edge / 2) < edge / 4
  for (let pixel = 0; pixel < width * height; pixel++) {
    const isOpen = isInside(pixel % width, width) && isInside(Math.floor(pixel / width), height)
    data.set(isOpen ? [0, 0, 0, 0] : [200, 80, 40, 255], pixel * 4)
  }
  return sharp(data, { raw: { width, height, channels: 4 } })
}

/** A picture as the store would hold it. */
export async function stored(folder: string, bytes: Uint8Array): Promise<SourceImage> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const file = join(folder, sha256)
  await writeFile(file, bytes)
  const facts = headerSize(bytes)
  if (facts === undefined) throw new Error('no picture')
  return { sha256, file, width: facts.width, height: facts.height, format: facts.format }
}

/** A spec with sharp's defaults. */
export function spec(output: Partial<OutputSpec> = {}): OutputSpec {
  return { widths: [], formats: ['webp'], quality: {}, fit: 'cover', position: 'centre', ...output }
}

/** The colour of a pixel of encoded bytes, 0 to 255 a channel. */
export async function pixel(bytes: Uint8Array | string, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
  const at = (y * info.width + x) * info.channels
  return [...data.subarray(at, at + info.channels)]
}

/** Builds a module of this room into a folder from where sharp, real or not, can be found. */
export async function bundled(
  folder: string,
  name: string,
  sharpFolder: string = sharpHome(),
): Promise<string> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules, { recursive: true })
  await symlink(sharpFolder, join(modules, 'sharp'), 'junction')
  await build({
    config: false,
    cwd: folder,
    entry: { [name]: fileURLToPath(new URL(`${name}.ts`, import.meta.url)) },
    outDir: join(folder, 'dist'),
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    deps: { neverBundle: ['sharp'] },
    dts: false,
    logLevel: 'error',
    outExtensions: () => ({ js: '.mjs' }),
  })
  return join(folder, 'dist', `${name}.mjs`)
}

/** The folder of the installed sharp. */
export function sharpHome(): string {
  const require = createRequire(import.meta.url)
  return dirname(dirname(require.resolve('sharp')))
}
