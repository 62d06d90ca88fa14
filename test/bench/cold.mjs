// A build that has to optimise ten renders, against vite-imagetools on the very same PNG files: once with equal
// encoder settings, once with each one's defaults.
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FILES_EACH, OUTPUT, renderFiles, rendersSite, script } from './pictures.mjs'
import { qualityOf } from './quality.mjs'
import { race } from './race.mjs'
import { build, emitted, expect, remove, resultOf, viteConfig, work, writeSite } from './site.mjs'

const PROMPTS = [
  'Two red cabins above a fjord at dusk, mist on the water',
  'Snowy mountain pass under a full moon',
  'Sea cliffs on a summer morning',
  'A pine forest in autumn fog',
  'Desert dunes at sunset',
  'City skyline by night',
  'A red fox in fresh snow',
  'A lighthouse in a storm',
  'Rolling green hills in spring rain',
  'A lake between birches at first light',
]

const OURS = join(work, 'cold', 'onetoken')
const THEIRS = join(work, 'cold', 'imagetools')
const FILES = PROMPTS.length * FILES_EACH

/** Settings by name: arguments of `vite build` for both sides. */
const SETTINGS = {
  equal: ['--config', 'equal.config.js'],
  defaults: ['--config', 'defaults.config.js'],
}

export async function cold({ node, runs, note }) {
  note('cold: renders the pictures')
  const { api, env } = await rendersSite(node, OURS, {
    prompts: PROMPTS,
    size: '1536x1024',
    style: 'scenic',
    name: 'picture',
    files: ourFiles(),
  })
  try {
    writeSite(THEIRS, theirFiles())
    mkdirSync(join(THEIRS, 'photos'), { recursive: true })
    const sources = renderFiles(OURS, PROMPTS)
    for (const [index, file] of sources.entries()) copyFileSync(file, join(THEIRS, 'photos', `${index}.png`))
    const results = {}
    for (const [settings, args] of Object.entries(SETTINGS)) {
      const ours = {
        name: 'unplugin-onetoken',
        run: () => coldBuild(node, OURS, 'onetoken/.cache', { env, args }),
      }
      const theirs = {
        name: 'vite-imagetools',
        run: () => coldBuild(node, THEIRS, 'node_modules/.cache', { args }),
      }
      const times = await race([ours, theirs], { runs, note: (text) => note(`cold, ${settings}: ${text}`) })
      expect('Requests of the measured builds', api.requests.length, 0)
      const quality = {
        [ours.name]: await qualityOf(OURS, resultOf(OURS), sources),
        [theirs.name]: await qualityOf(THEIRS, resultOf(THEIRS), sources),
      }
      results[settings] = { files: FILES, ...times, quality }
    }
    return results
  } finally {
    await api.close()
  }
}

async function coldBuild(node, folder, cache, options) {
  remove(folder, cache)
  const times = await build(node, folder, options)
  expect(`Files of the build in ${folder}`, emitted(folder).length, FILES)
  return times
}

function ourFiles() {
  const plugin = `import onetoken from 'unplugin-onetoken/vite'`
  return {
    'vite.config.js': viteConfig(plugin, 'onetoken()'),
    'defaults.config.js': viteConfig(plugin, 'onetoken()'),
    // The other side writes no provenance either.
    'equal.config.js': viteConfig(plugin, `onetoken({ config: 'equal.json' })`),
    'equal.json': '{ "provenance": false }\n',
  }
}

function theirFiles() {
  const plugin = `import { imagetools } from 'vite-imagetools'`
  const photos = PROMPTS.map((_, index) => `./photos/${index}.png?${OUTPUT}&as=picture`)
  const encoders = '../../../../../packages/unplugin-onetoken/src/variants/encoders.ts'
  return {
    'main.js': script('default', photos),
    'defaults.config.js': viteConfig(plugin, 'imagetools()'),
    'equal.config.js': viteConfig(
      `${plugin}\nimport { encodeLike } from './encode-like.js'`,
      'imagetools({ extendTransforms: (builtins) => [...builtins.filter(({ name }) => name !== "format"), encodeLike] })',
    ),
    'encode-like.js': `// Encodes with the settings of unplugin-onetoken, in the place of imagetools' own transform "format".
import { DEFAULT_QUALITY, ENCODERS } from '${encoders}'

export function encodeLike({ format }) {
  if (format === undefined) return undefined
  return (state, image) => {
    state.transforms.format = format
    const { ground, ...options } = { ...ENCODERS[format], quality: DEFAULT_QUALITY[format] }
    const opaque = ground === undefined ? image : image.flatten({ background: ground })
    return opaque.toFormat(format, options)
  }
}
`,
  }
}
