// The pictures of the benches: imports of ours, and renders by the look-alike of the API.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../tools/setup.mjs'
import { build, freshFor, writeSite } from './site.mjs'

export const WIDTHS = [480, 960]
export const FORMATS = ['avif', 'webp', 'jpg']
export const FILES_EACH = WIDTHS.length * FORMATS.length
export const OUTPUT = `w=${WIDTHS.join(';')}&format=${FORMATS.join(';')}`

/** A script that imports a name from every specifier, and puts them all where the bench finds them. */
export function script(name, specifiers) {
  const imports = specifiers.map(
    (specifier, index) => `import { ${name} as p${index} } from ${JSON.stringify(specifier)}`,
  )
  return `${imports.join('\n')}\nglobalThis.result = [${specifiers.map((_, index) => `p${index}`).join(', ')}]\n`
}

/**
 * A site that imports prompts through the plugin, with every render in its store. `style` and `size` are those of
 * the look-alike's pictures. Its `api` goes on for the measured runs, which must ask nothing of it.
 */
export async function rendersSite(node, folder, { prompts, size, style, name, files }) {
  const { startMock } = await import('unplugin-onetoken/mock')
  const painter = readFileSync(join(root, 'packages/unplugin-onetoken/dist/mock.mjs'))
  freshFor(
    folder,
    createHash('sha256')
      .update(painter)
      .update(JSON.stringify([prompts, size, style]))
      .digest('hex'),
  )
  const specifiers = prompts.map(
    (prompt) => `virtual:onetoken?prompt=${prompt}&size=${size}&quality=low&${OUTPUT}`,
  )
  writeSite(folder, { 'main.js': script(name, specifiers), ...files })
  const api = await startMock({ style })
  const env = { ONETOKEN_BASE_URL: api.url, ONETOKEN_API_KEY: 'sk-pretend' }
  await build(node, folder, { env })
  api.reset()
  return { api, env }
}

/** Paths of the renders in a site's store, in the order of `prompts`. */
export function renderFiles(folder, prompts) {
  const store = join(folder, 'onetoken')
  const records = readdirSync(join(store, 'renders')).map((file) =>
    JSON.parse(readFileSync(join(store, 'renders', file), 'utf8')),
  )
  return prompts.map((prompt) => {
    const [image] = records.find(({ request }) => request.prompt === prompt).images
    return join(store, 'images', `${image.sha256}.png`)
  })
}
