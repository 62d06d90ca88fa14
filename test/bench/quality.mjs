// What the files of a build weigh, and how near they are to their source.
import { join } from 'node:path'
import sharp from 'sharp'
import { emitted } from './site.mjs'

/**
 * For each format: the files and bytes of the last build, and the mean over all files of the PSNR in decibels
 * against a lossless Lanczos resize of the source. `pictures` are picture objects, `sources` their PNG files.
 */
export async function qualityOf(folder, pictures, sources) {
  const formats = {}
  for (const { format, bytes } of emitted(folder)) {
    const sum = (formats[format] ??= { files: 0, bytes: 0, psnr: 0 })
    sum.files += 1
    sum.bytes += bytes
  }
  for (const [index, { sources: srcsets }] of pictures.entries()) {
    for (const [subtype, srcset] of Object.entries(srcsets)) {
      const sum = formats[subtype === 'jpeg' ? 'jpg' : subtype]
      for (const candidate of srcset.split(', ')) {
        const [url, width] = candidate.split(' ')
        const file = join(folder, 'dist', url)
        sum.psnr += (await psnr(file, sources[index], Number.parseInt(width, 10))) / sum.files
      }
    }
  }
  return formats
}

async function psnr(file, source, width) {
  const shown = await pixels(sharp(file))
  if (shown.info.width !== width) throw new Error(`${file} is ${shown.info.width} pixels wide, not ${width}.`)
  const { height } = shown.info
  const wanted = await pixels(sharp(source).resize({ width, height, fit: 'fill', kernel: 'lanczos3' }))
  let squares = 0
  for (let at = 0; at < shown.data.length; at++) squares += (shown.data[at] - wanted.data[at]) ** 2
  return 10 * Math.log10(255 ** 2 / (squares / shown.data.length))
}

function pixels(image) {
  return image.removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
}
