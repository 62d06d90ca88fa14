import { copyFile, mkdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { createOneToken } from 'unplugin-onetoken/api'

const onetoken = createOneToken()

/** Markup of an entry, for a template; its files go into the folder of the site. */
export async function picture(name, sizes) {
  const { files, sources, img } = await onetoken.image(name, {
    output: { widths: [480, 960], formats: ['avif', 'webp'] },
    url: ({ file }) => `/pictures/${basename(file)}`,
  })
  await mkdir('dist/pictures', { recursive: true })
  for (const { file, url } of files) await copyFile(file, `dist${url}`)
  const elements = Object.entries(sources).map(
    ([subtype, srcset]) => `<source type="image/${subtype}" srcset="${srcset}" sizes="${sizes}">`,
  )
  const size = `width="${img.width}" height="${img.height}"`
  return `<picture>${elements.join('')}<img src="${img.src}" ${size} alt="${escape(img.alt)}"></picture>`
}

function escape(text = '') {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;')
}
