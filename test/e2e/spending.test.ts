import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { outputOf } from '../helpers/output.ts'
import { apiEnv, createSite, VITE, type Ran, type Site } from '../helpers/site.ts'

const mock = useMock()

const importing = (query: string): string =>
  `import p from 'virtual:onetoken?${query}'\nglobalThis.result = p`
const FOX = 'prompt=A red fox&quality=low'

async function rendered(site: Site): Promise<number> {
  const before = mock.stats.billed
  const { status, output } = await site.build(apiEnv(mock.url))
  expect(status, output).toBe(0)
  return mock.stats.billed - before
}

describe('what costs a render, and what does not', () => {
  it('charges one for new words, and none for what can be made again', async () => {
    const site = await createSite({ 'main.js': importing(FOX) })
    expect(await rendered(site)).toBe(1)
    await site.remove('dist', 'onetoken/.cache', 'node_modules')
    expect(await rendered(site)).toBe(0)
    for (const output of [
      'w=64',
      'w=64;128&format=avif;jpg',
      'format=png&q=png:90',
      'aspect=16:9&fit=cover&position=top',
      'alt=x',
    ]) {
      await site.write({ 'main.js': importing(`${FOX}&${output}`) })
      expect(await rendered(site), output).toBe(0)
    }
    await site.write({
      'main.js': importing('model=gpt-image-2&n=1&size=1024x1024&take=1&quality=low&prompt= A red fox '),
    })
    expect(await rendered(site)).toBe(0)
    await site.write({ 'main.js': importing('prompt=A red fix&quality=low') })
    expect(await rendered(site)).toBe(1)
    await site.write({ 'main.js': importing(`${FOX}&take=2`) })
    expect(await rendered(site)).toBe(1)
  })

  it('renders the same words once, however many modules and environments ask', async () => {
    const files = Object.fromEntries(
      [1, 2, 3, 4].map((n) => [`m${n}.js`, `export { default } from 'virtual:onetoken?${FOX}&w=${n * 16}'`]),
    )
    const main = `import a from './m1.js'; import b from './m2.js'; import c from './m3.js'; import d from './m4.js'; globalThis.result = [a, b, c, d]`
    const site = await createSite({ ...files, 'main.js': main })
    expect(await rendered(site)).toBe(1)
  })
})

describe('what may not spend', () => {
  const main = `${importing(FOX)}\nimport q from 'virtual:onetoken/hero'\nglobalThis.q = q`
  const manifest = 'version: 1\nimages:\n  hero: { prompt: A fjord, size: 1536x1024, quality: high }\n'
  const files = { 'main.js': main, 'images.yaml': manifest }

  it('renders nothing in CI, names all that is missing with its price, and says how to change that', async () => {
    const site = await createSite(files)
    const { status, output } = await site.build({ ...apiEnv(mock.url), CI: 'true' })
    expect(status).toBe(1)
    expect(mock.requests).toHaveLength(0)
    expect(output)
      .toContain(`2 renders are missing, and a CI build renders nothing unless the settings say so (CI is set):
  "A red fox" (main.js:1:16): at most $0.006
  hero (main.js:3:16): at most $0.165
  together: at most $0.171
  Render them on your machine with "npx --no-install onetoken render" and commit the folder of the renders. To let this build render, set "frozen": false in the settings or ONETOKEN_FROZEN=0.`)
    expect(await site.list('dist')).toEqual([])
  })

  it.each([
    ['ONETOKEN_FROZEN=0', { ONETOKEN_FROZEN: '0' }, {}],
    ['"frozen": false', {}, { 'onetoken.config.json': '{ "frozen": false }' }],
  ])('renders in CI with %s', async (_, env, config) => {
    const site = await createSite({ ...files, ...config })
    const { status, output } = await site.build({ ...apiEnv(mock.url), CI: 'true', ...env })
    expect(status, output).toBe(0)
    expect(mock.stats.billed).toBe(2)
  })

  it('says what is missing without a key', async () => {
    const site = await createSite(files)
    const { status, output } = await site.build({ ONETOKEN_BASE_URL: mock.url })
    expect(status).toBe(1)
    expect(output).toContain('2 renders are missing, and there is no API key:')
    expect(output).toContain('Set ONETOKEN_API_KEY (in the environment or in .env.local)')
  })

  it('puts placeholders without words where the settings want them', async () => {
    const site = await createSite({
      ...files,
      'onetoken.config.mjs': `export default { missing: 'placeholder' }`,
    })
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status, output).toBe(0)
    expect(mock.requests).toHaveLength(0)
    expect(output).toContain('hero is not rendered: the setting "missing" is "placeholder".')
    const svgs = (await site.list('dist')).filter((path) => path.endsWith('.svg'))
    expect(svgs).toHaveLength(2)
    for (const svg of svgs) expect((await site.read(svg)).toString()).not.toMatch(/fox|fjord/i)
  })

  it.each([['--mode', 'development'], ['--watch']])(
    'takes vite build %s for development',
    async (...args) => {
      const site = await createSite(files)
      const env = apiEnv(mock.url)
      if (args[0] === '--mode') expect((await site.build(env, ...args)).status).toBe(0)
      else await outputOf(site.start(VITE, ['build', ...args], env))('built in')
      expect(mock.requests).toHaveLength(0)
      expect((await site.list('dist')).filter((path) => path.endsWith('.svg'))).toHaveLength(2)
    },
  )

  it('stops at the budget, keeps what it has, and goes on with the next run', async () => {
    const all = [1, 2, 3, 4, 5]
      .map((n) => `import p${n} from 'virtual:onetoken?prompt=Fox ${n}&quality=low'`)
      .join('\n')
    const names = '[p1, p2, p3, p4, p5]'
    const site = await createSite({
      'main.js': `${all}\nglobalThis.result = ${names}`,
      'onetoken.config.json': '{ "budget": { "renders": 3 } }',
    })
    const first = await site.build(apiEnv(mock.url))
    expect(first.status).toBe(1)
    expect(first.output).toContain(
      'may cost $0.006, and does not fit into the budget of this run (3 renders): $0.018 went into 3 renders so far.',
    )
    expect(mock.stats.billed).toBe(3)
    const second = await site.build(apiEnv(mock.url))
    expect(second.status, second.output).toBe(0)
    expect(mock.stats.billed).toBe(5)
  })

  it('says nothing of the alternative texts of what did not fit into the budget', async () => {
    const site = await createSite({
      'main.js': `import a from 'virtual:onetoken/a'\nimport b from 'virtual:onetoken/b'\nglobalThis.result = [a, b]`,
      'images.yaml': `version: 1\ndefaults: { quality: low }\nimages:\n  a: { prompt: A fox, alt: '' }\n  b: { prompt: A hare, alt: '' }\n`,
      'onetoken.config.json': '{ "budget": { "renders": 1 } }',
    })
    const { status, output } = await site.build(apiEnv(mock.url))
    expect(status).toBe(1)
    expect(output).toContain('does not fit into the budget')
    expect(output).not.toContain('"alt"')
  })

  it('never exceeds the dollars of the budget, at the worst case of what is asked for', async () => {
    const all = [1, 2, 3, 4]
      .map((n) => `import p${n} from 'virtual:onetoken?prompt=Fox ${n}&quality=high'`)
      .join('\n')
    const site = await createSite({
      'main.js': `${all}\nglobalThis.result = [p1, p2, p3, p4]`,
      'onetoken.config.json': '{ "budget": { "cost": 0.45 } }',
    })
    const { output } = await site.build(apiEnv(mock.url))
    expect(mock.stats.billed).toBe(2)
    expect(mock.stats.cost).toBeLessThanOrEqual(0.45)
    expect(output).toContain('may cost $0.211')
  })

  it('does not let a package spend until it is allowed to', async () => {
    const site = await createSite({
      'main.js': `import icon from 'pictures'\nglobalThis.result = icon`,
      'node_modules/pictures/package.json':
        '{ "name": "pictures", "type": "module", "exports": "./index.js" }',
      'node_modules/pictures/index.js': importing(FOX).replace('globalThis.result =', 'export default'),
    })
    const refused = await site.build(apiEnv(mock.url))
    expect(refused.status).toBe(1)
    expect(refused.output).toContain(
      'the package "pictures" asks for it, and packages may not spend your money',
    )
    expect(mock.requests).toHaveLength(0)
    await site.write({ 'onetoken.config.json': '{ "allowPackages": ["pictures"] }' })
    expect((await site.build(apiEnv(mock.url))).status).toBe(0)
    expect(mock.stats.billed).toBe(1)
  })

  it('takes a linked package for one, and what lies beside the project', async () => {
    const site = await createSite({
      'kit/package.json': '{ "name": "@me/kit", "type": "module", "exports": "./index.js" }',
      'kit/index.js': `export { default } from 'virtual:onetoken?${FOX}'`,
      'loose/fjord.js': `export { default } from 'virtual:onetoken?prompt=A fjord&quality=low'`,
      'web/package.json': '{ "type": "module" }',
      'web/vite.config.js': `import onetoken from 'unplugin-onetoken/vite'\nexport default { plugins: [onetoken()] }`,
      'web/index.html': '<!doctype html><script type="module" src="/main.js"></script>',
      'web/main.js': `import fox from '@me/kit'\nimport fjord from '../loose/fjord.js'\nglobalThis.result = [fox, fjord]`,
    })
    await mkdir(join(site.folder, 'web/node_modules/@me'), { recursive: true })
    await symlink(join(site.folder, 'kit'), join(site.folder, 'web/node_modules/@me/kit'), 'junction')
    await site.remove('package.json')
    const build = (): Promise<Ran> => site.build(apiEnv(mock.url), 'web')
    const refused = await build()
    expect(refused.status).toBe(1)
    expect(refused.output).toContain('the package "@me/kit" asks for it')
    expect(refused.output).toContain('To allow it, add "@me/kit" to "allowPackages"')
    expect(mock.requests).toHaveLength(0)
    await site.write({ 'web/onetoken.config.json': '{ "allowPackages": ["@me/kit"] }' })
    await build()
    expect(mock.requests.map(({ fields }) => fields['prompt'])).toEqual(['A red fox'])
  })
})
