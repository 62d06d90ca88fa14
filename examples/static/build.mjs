// Writes dist/: the page with a <picture> for each comment in it, and the files that these name.
import { readFile, writeFile } from 'node:fs/promises'
import { createOneToken } from 'unplugin-onetoken/api'

const onetoken = createOneToken()
const { images } = await onetoken.export({ out: 'dist/pictures', publicPath: 'pictures/' })
await onetoken.close()

const page = await readFile('page.html', 'utf8')
const shown = page.replaceAll(/<!-- picture (\S+) (.*) -->/g, (_, name, sizes) => markup(images[name], sizes))
await writeFile('dist/index.html', shown)

function markup({ sources, img }, sizes) {
  const attributes = (all) =>
    Object.entries(all)
      .map(([name, value]) => `${name}="${escape(String(value))}"`)
      .join(' ')
  const elements = Object.entries(sources).map(
    ([subtype, srcset]) => `<source ${attributes({ type: `image/${subtype}`, srcset, sizes })}>`,
  )
  return `<picture>${elements.join('')}<img ${attributes(img)}></picture>`
}

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}
