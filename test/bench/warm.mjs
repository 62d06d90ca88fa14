// A build with every picture in store and cache, against one that imports the very same files by hand.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { FILES_EACH, rendersSite, script } from './pictures.mjs'
import { race } from './race.mjs'
import { build, emitted, expect, scriptBytes, viteConfig, work, writeSite } from './site.mjs'

const PICTURES = 400
const FILES = PICTURES * FILES_EACH
const PROMPTS = Array.from(
  { length: PICTURES },
  (_, index) => `Pattern of coloured blocks, number ${index + 1}`,
)

const OURS = join(work, 'warm', 'onetoken')
const THEIRS = join(work, 'warm', 'static')

export async function warm({ node, runs, note }) {
  note(`warm: renders ${PICTURES} pictures and encodes ${FILES} files where they are not there yet`)
  const { api, env } = await rendersSite(node, OURS, {
    prompts: PROMPTS,
    size: '1024x640',
    style: 'flat',
    name: 'image',
    files: {
      'vite.config.js': viteConfig(`import onetoken from 'unplugin-onetoken/vite'`, 'onetoken()'),
      'export.config.js': viteConfig(
        `import onetoken from 'unplugin-onetoken/vite'\nimport { keepModules } from './keep-modules.js'`,
        'onetoken(), keepModules()',
      ),
      'keep-modules.js': KEEP_MODULES,
      'onetoken.config.json': '{ "budget": { "cost": 100 } }\n',
    },
  })
  try {
    await writeStaticSite(node, env)
    const ours = { name: 'unplugin-onetoken', run: () => warmBuild(node, env) }
    const theirs = { name: 'static imports', run: () => staticBuild(node) }
    const times = await race([ours, theirs], { runs, note: (text) => note(`warm: ${text}`) })
    expect('Requests of the measured builds', api.requests.length, 0)
    const weights = [OURS, THEIRS].map((folder) => emitted(folder).reduce((sum, { bytes }) => sum + bytes, 0))
    expect('Bytes of the pictures', weights[0], weights[1])
    const scripts = { [ours.name]: scriptBytes(OURS), [theirs.name]: scriptBytes(THEIRS) }
    return { pictures: PICTURES, files: FILES, bytes: weights[0], scriptBytes: scripts, ...times }
  } finally {
    await api.close()
  }
}

async function warmBuild(node, env) {
  const from = Date.now()
  const times = await build(node, OURS, { env })
  expect('Files of the warm build', emitted(OURS).length, FILES)
  const cache = join(OURS, 'onetoken', '.cache', 'variants')
  const made = readdirSync(cache).filter((name) => statSync(join(cache, name)).mtimeMs >= from)
  expect('Files that the warm build encoded', made.length, 0)
  return times
}

async function staticBuild(node) {
  const times = await build(node, THEIRS)
  expect('Files of the static build', emitted(THEIRS).length, FILES)
  return times
}

/**
 * The modules of our side as files of their own: the same pictures, the same exports and the same strings, with
 * nothing left to find out.
 */
async function writeStaticSite(node, env) {
  const kept = join(OURS, 'modules')
  for (const folder of [kept, THEIRS]) rmSync(folder, { recursive: true, force: true })
  mkdirSync(kept)
  await build(node, OURS, { env, args: ['--config', 'export.config.js'] })
  mkdirSync(join(THEIRS, 'files'), { recursive: true })
  const modules = {}
  for (const name of readdirSync(kept)) {
    const code = readFileSync(join(kept, name), 'utf8')
    modules[name] = code.replace(/(?<=from ")([^"]+)(?=\?url&no-inline")/g, (file) => {
      copyFileSync(join(OURS, file), join(THEIRS, 'files', basename(file)))
      return `./files/${basename(file)}`
    })
  }
  const names = Object.keys(modules)
  expect('Modules of the warm build', names.length, PICTURES)
  expect('Files of its modules', readdirSync(join(THEIRS, 'files')).length, FILES)
  writeSite(THEIRS, {
    ...modules,
    'main.js': script(
      'image',
      names.map((name) => `./${name}`),
    ),
    'vite.config.js': viteConfig('', ''),
  })
}

const KEEP_MODULES = `// Writes the modules that the plugin gives, as ones that import their files without it.
import { writeFileSync } from 'node:fs'

export function keepModules() {
  const modules = []
  return {
    name: 'keep-modules',
    transform(code, id) {
      if (id.endsWith('.onetoken.mjs')) modules.push(code)
    },
    generateBundle(_, bundle) {
      for (const [index, code] of modules.entries()) {
        const text = code.replace(/^const (\\w+) = import\\.meta\\.ROLLDOWN_FILE_URL_(\\S+)$/gm, (_, name, reference) => {
          const [file] = bundle[this.getFileName(reference)].originalFileNames
          return \`import \${name} from "./\${file}?url&no-inline"\`
        })
        writeFileSync(\`modules/picture-\${index}.js\`, text)
      }
    },
  }
}
`
