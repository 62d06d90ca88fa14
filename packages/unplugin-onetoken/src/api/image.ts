import {
  allFiles,
  entryPictures,
  imageObject,
  pictureNames,
  quote,
  quotePath,
  show,
  type Engine,
  type PictureFile,
} from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import type { Image, ImageFile, ImageOptions } from './file-types.ts'

/** The image object of an entry and its files, as `image` of the API gives them. */
export async function image(engine: Engine, name: string, { output, url }: ImageOptions): Promise<Image> {
  await refuseDark(engine, name)
  const [entry] = await entryPictures(engine, { names: [name], output })
  if (entry === undefined) throw new TypeError('One name gives one picture')
  const files = allFiles(entry.picture).map(({ file, format, width, height }): ImageFile => {
    const own = { file, format, width, height }
    return { file, url: url === undefined ? file : addressOf(own, url), format, width, height }
  })
  const urls = new Map(files.map((file) => [file.file, file.url]))
  return { ...imageObject(entry.picture, ({ file }) => urls.get(file) ?? file), files }
}

function addressOf(
  file: Pick<PictureFile, 'file' | 'format' | 'width' | 'height'>,
  url: NonNullable<ImageOptions['url']>,
): string {
  const address: unknown = url(file)
  if (typeof address === 'string') return address
  throw new OneTokenError(
    'USAGE',
    `"url" of image() gave ${show(address)} for ${quotePath(file.file)}: it must give text.`,
    {
      hint: 'It gives the address of a file, at once, as in: url: ({ file }) => `/pictures/${basename(file)}`',
    },
  )
}

/** `plan` has dark versions by names of their own. */
async function refuseDark(engine: Engine, name: string): Promise<void> {
  const light = name.replace(/:dark$/, '')
  if (light === name || !pictureNames(await engine.project()).includes(name)) return
  throw new OneTokenError(
    'UNKNOWN_ENTRY',
    `${quote(name)} is the dark version of the entry ${quote(light)}.`,
    {
      hint: `It is (await image('${light}')).dark`,
    },
  )
}
