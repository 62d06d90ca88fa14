import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, ONETOKEN, type Ran, type Site } from '../helpers/site.ts'
import { isLacking, PERMITTED } from '../helpers/system.ts'
import { openTerminal } from '../helpers/terminal.ts'

const mock = useMock()

const packageOf = (dependencies: string[], more: object = { type: 'module' }): string =>
  JSON.stringify({
    ...more,
    devDependencies: Object.fromEntries([...dependencies, 'unplugin-onetoken'].map((name) => [name, '*'])),
  })

const TSCONFIG = `{
  "compilerOptions": {
    "target": "ES2023",
    "module": "ESNext",
    "moduleResolution": "bundler",
    "strict": true,
    "noEmit": true // Vite does that
  },
  "include": ["src"]
}
`

/** A project without any configuration. */
async function newProject(files: Record<string, string>): Promise<Site> {
  const site = await createSite(files)
  if (files['vite.config.js'] === undefined) await site.remove('vite.config.js')
  return site
}

const init = (site: Site, ...args: string[]): Promise<Ran> => site.onetoken(apiEnv(mock.url), 'init', ...args)

/** Everything that is written, by path; without what git and the store have of their own. */
async function filesOf(site: Site): Promise<Record<string, string>> {
  const paths = (await site.list('')).filter((path) => !/^(?:\.git|onetoken)\//.test(path))
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, (await site.read(path)).toString()] as const)),
  )
}

const ENTRY = '  hero: { prompt: a red fox in snow, size: 1024x1024, quality: low, alt: A fox }\n'

/** Adds an entry as a person does, below the example. */
async function addEntry(site: Site, manifest: string): Promise<void> {
  await site.write({ [manifest]: `${(await site.read(manifest)).toString()}${ENTRY}` })
}

async function renderAndExpect(site: Site): Promise<void> {
  const rendered = await site.onetoken(apiEnv(mock.url), 'render', '--yes')
  expect(rendered.status, rendered.output).toBe(0)
  expect(rendered.output).toContain('1 of 1 renders made')
}

describe('onetoken init', () => {
  it('makes an empty Vite project one with pictures', async () => {
    const page = (body: string): string => `<!doctype html><html lang="en"><body>${body}</body></html>`
    const site = await newProject({
      'package.json': packageOf(['vite', 'typescript']),
      'index.html': page('a page'),
      'src/main.ts': '',
      'tsconfig.json': TSCONFIG,
    })
    const { status, output } = await init(site, '--yes')
    expect(status, output).toBe(0)
    expect(output).toMatchInlineSnapshot(`
      "created  src/images.yaml     the manifest, with an example in a comment
      created  onetoken.config.ts  the settings, with the model pinned
      created  vite.config.ts      Vite with the plugin
      created  onetoken-env.d.ts   the types of the entries; builds bring it up to date
      changed  tsconfig.json       TypeScript sees these types
      created  .gitignore          ignores .env.local, which has the key

      Then:
        npx --no-install onetoken doctor  what works here, and what does not
        npx --no-install onetoken plan    what is there, what is missing, what it costs at most; spends nothing
        npx --no-install onetoken render  asks before it spends
      "
    `)
    expect((await site.read('src/images.yaml')).toString()).toContain(
      '# yaml-language-server: $schema=../../../node_modules/unplugin-onetoken/schema/manifest.json\n',
    )
    // Nothing that was written costs anything.
    const plan = await site.onetoken(apiEnv(mock.url), 'plan')
    expect(plan.output).toContain('No pictures')
    const types = await site.read('onetoken-env.d.ts')
    const empty = await site.build(apiEnv(mock.url))
    expect(empty.status, empty.output).toBe(0)
    expect(await site.read('onetoken-env.d.ts')).toEqual(types)
    expect(mock.requests).toHaveLength(0)

    await site.write({
      'index.html': page('<img src="onetoken:hero"><script type="module" src="/src/main.ts"></script>'),
      'src/main.ts':
        "import hero from 'virtual:onetoken/hero'\nimport images from './images.yaml'\ndocument.title = hero + images.hero.alt\n",
    })
    await addEntry(site, 'src/images.yaml')
    await renderAndExpect(site)
    // Types are checked before the build, as by `tsc && vite build`.
    const checked = await site.run('node_modules/typescript/bin/tsc', ['-p', '.'])
    expect(checked.status, checked.output).toBe(0)
    const built = await site.build({ ONETOKEN_BASE_URL: mock.url })
    expect(built.status, built.output).toBe(0)
    expect((await site.list('dist/assets')).some((path) => path.endsWith('.avif'))).toBe(true)
    await site.write({ 'src/main.ts': "import hero from 'virtual:onetoken/hreo'\nhero\n" })
    const wrong = await site.run('node_modules/typescript/bin/tsc', ['-p', '.'])
    expect(wrong.output).toContain("Cannot find module 'virtual:onetoken/hreo'")
  })

  it('changes nothing the second time, and says so', async () => {
    const site = await newProject({ 'package.json': packageOf(['vite']) })
    await init(site, '--yes')
    const before = await filesOf(site)
    const { status, output } = await init(site, '--yes')
    expect(status, output).toBe(0)
    expect(output).toContain('Nothing is to be written: all of it is there.')
    expect(await filesOf(site)).toEqual(before)
  })

  it('puts the plugin into a webpack configuration in CommonJS', async () => {
    const site = await newProject({
      'package.json': packageOf(['webpack', 'webpack-cli'], {}),
      'webpack.config.js': `const path = require('path');

/** @type {import('webpack').Configuration} */
module.exports = {
  mode: 'production',
  entry: './main.js',
  output: { path: path.resolve(__dirname, 'dist') },
  plugins: [],
};
`,
      'main.js': "import hero from 'virtual:onetoken/hero'\nconsole.log(hero)\n",
    })
    const { status, output } = await init(site, '--commit', 'git')
    expect(status, output).toBe(0)
    expect((await site.read('webpack.config.js')).toString()).toMatchInlineSnapshot(`
      "const { default: onetoken } = require('unplugin-onetoken/webpack');

      const path = require('path');

      /** @type {import('webpack').Configuration} */
      module.exports = {
        mode: 'production',
        entry: './main.js',
        output: { path: path.resolve(__dirname, 'dist') },
        plugins: [onetoken()],
      };
      "
    `)
    await addEntry(site, 'images.yaml')
    await renderAndExpect(site)
    const built = await site.run('node_modules/webpack/bin/webpack.js', [], { ONETOKEN_BASE_URL: mock.url })
    expect(built.status, built.output).toBe(0)
    expect((await site.list('dist')).filter((path) => /\.(?:webp|avif)$/.test(path))).not.toEqual([])
  })

  it('tells what to write into a script of esbuild', async () => {
    const site = await newProject({
      'package.json': packageOf(['esbuild']),
      'main.js': "import hero from 'virtual:onetoken/hero'\nconsole.log(hero)\n",
    })
    const { output } = await init(site, '--yes')
    const [, statement = '', member = ''] =
      /Add the plugin where your script calls build\(\{ … \}\):\n +(.*)\n +(.*)\n/.exec(output) ?? []
    expect([statement, member], output).toEqual([
      "import onetoken from 'unplugin-onetoken/esbuild'",
      'plugins: [onetoken()],',
    ])
    await site.write({
      'build.mjs': `import { build } from 'esbuild'\n${statement}\nawait build({ entryPoints: ['main.js'], bundle: true, format: 'esm', outdir: 'dist', ${member} })\n`,
    })
    await addEntry(site, 'images.yaml')
    await renderAndExpect(site)
    const built = await site.runOwn('build.mjs', { ONETOKEN_BASE_URL: mock.url })
    expect(built.status, built.output).toBe(0)
    expect((await site.list('dist')).filter((path) => /\.(?:webp|avif)$/.test(path))).not.toEqual([])
    // It sees that it was done.
    expect((await init(site, '--yes')).output).toMatch(/as it was +build\.mjs +the plugin is there/)
  })

  it('has pictures kept by Git LFS, and the key kept out of git', async () => {
    const site = await newProject({ 'package.json': packageOf(['vite']) })
    await site.exec('git', ['init', '--quiet'])
    const { output } = await init(site, '--commit', 'lfs')
    expect(output).toContain('git lfs install')
    const picture = `onetoken/images/${'0'.repeat(64)}.png`
    const asked = await site.exec('git', ['check-attr', 'filter', '--', picture])
    expect(asked.output).toContain('filter: lfs')
    expect((await site.exec('git', ['check-ignore', '.env.local'])).status).toBe(0)
    expect((await site.exec('git', ['check-ignore', picture])).status).toBe(1)
    const again = await init(site, '--commit', 'lfs')
    expect(again.output).toContain('Nothing is to be written')
    // What the store itself says of its pictures leaves that as it is.
    await addEntry(site, 'images.yaml')
    await renderAndExpect(site)
    expect((await site.exec('git', ['check-attr', 'filter', '--', picture])).output).toContain('filter: lfs')
  })

  it('shows what it would write, for people and for machines', async () => {
    const site = await newProject({ 'package.json': packageOf(['vite']), '.gitignore': 'node_modules\n' })
    const before = await filesOf(site)
    const dry = await init(site, '--yes', '--dry-run')
    expect(dry.output).toMatch(/to create +images\.yaml/)
    expect(dry.output).toContain('Nothing was written.')
    const { output } = await init(site, '--remote', 's3://pictures/site', '--dry-run', '--json')
    const plan = JSON.parse(output) as { files: { file: string; action: string; added: string }[] }
    expect(plan).toMatchObject({ dryRun: true, bundler: 'vite', commit: 'remote' })
    expect(plan.files.map(({ file, action }) => [file, action])).toEqual([
      ['images.yaml', 'create'],
      ['onetoken.config.mjs', 'create'],
      ['vite.config.js', 'create'],
      ['.gitignore', 'change'],
    ])
    expect(plan.files[1]?.added).toContain("remote: { url: 's3://pictures/site', write: true },")
    expect(plan.files[3]?.added).toBe('.env.local\n/onetoken/images/\n')
    expect(await filesOf(site)).toEqual(before)
  })

  it('shows without a person to ask what it does by default', async () => {
    const site = await newProject({ 'package.json': packageOf(['vite']) })
    const { status, output } = await init(site, '--dry-run')
    expect(status, output).toBe(0)
    expect(output).toMatch(/to create +images\.yaml/)
    expect(output).toBe((await init(site, '--yes', '--dry-run')).output)
    expect(Object.keys(await filesOf(site))).toEqual(['index.html', 'package.json'])
  })

  it('takes none of several bundlers unasked, and says so', async () => {
    const site = await newProject({ 'package.json': packageOf(['vite', 'webpack', 'rollup']) })
    const { status, output } = await init(site, '--yes')
    expect(status, output).toBe(0)
    expect(output).toContain(
      'There are several bundlers. Say which one makes the site, as in --bundler vite:',
    )
    expect(output).toContain('    vite\n    webpack\n\n')
    expect(Object.keys(await filesOf(site))).not.toContain('vite.config.js')
  })

  it('shows a project of Next.js the way that it takes', async () => {
    const site = await newProject({ 'package.json': packageOf(['next', 'react']) })
    const { status, output } = await init(site, '--yes')
    expect(status, output).toBe(0)
    expect(output).toContain('Next.js takes pictures as files')
    expect(output).toContain('onetoken export --out public/pictures --module src/pictures.js && next build')
    expect(output).not.toContain('vite')
  })

  it.each<[string, string[], number, string]>([
    ['nobody to ask', [], 2, 'There is nobody to ask where pictures are to be kept.'],
    ['an unknown place', ['--commit', 'gti'], 2, '--commit cannot be "gti"; did you mean "git"?'],
    ['no address at all', ['--remote'], 2, '--remote needs a value.'],
    ['no address', ['--commit', 'remote'], 2, '--commit remote needs the address of the store.'],
    ['a bad address', ['--remote', 'ftp://x'], 2, '--remote: "remote" cannot be "ftp://x"'],
    ['two answers', ['--commit', 'git', '--remote', 's3://a'], 2, 'are two answers to one question'],
    [
      'an unknown bundler',
      ['--yes', '--bundler', 'vit'],
      2,
      '--bundler cannot be "vit"; did you mean "vite"?',
    ],
    ['no folder', ['--yes', '--cwd', 'nowhere'], 2, 'nowhere" is not there.'],
    ['an unknown flag', ['--yse'], 2, 'has no option "--yse"; did you mean "--yes"?'],
  ])('refuses %s', async (_, args, expected, message) => {
    const site = await newProject({ 'package.json': packageOf(['vite']) })
    const { status, output } = await init(site, ...args)
    expect(status, output).toBe(expected)
    expect(output).toContain(message)
    expect(output).not.toMatch(/^\s+at /m)
    expect(Object.keys(await filesOf(site))).toEqual(['index.html', 'package.json'])
  })

  it('leaves a project with mistakes as it is, and tells them', async () => {
    const site = await newProject({
      'package.json': packageOf(['vite']),
      'images.yaml': 'version: 1\nimages:\n  hero: { promt: a fox }\n',
    })
    const { status, output } = await init(site, '--yes')
    expect(status).toBe(1)
    expect(output).toContain('images.yaml:3:11 There is no parameter "promt"; did you mean "prompt"?')
    expect(Object.keys(await filesOf(site))).toEqual(['images.yaml', 'index.html', 'package.json'])
  })

  it('tells which file it cannot write, and goes on from there', async () => {
    const site = await newProject({ 'package.json': packageOf(['vite']) })
    // Who is root may write everything, but a folder is no file.
    await site.write({ 'vite.config.js': 'export default {}\n', '.gitignore/x': '' })
    const refused = await init(site, '--yes')
    expect(refused.status).toBe(1)
    expect(refused.output).toContain('".gitignore" cannot be read: it is a folder.')
    expect(Object.keys(await filesOf(site))).not.toContain('images.yaml')
    await site.remove('.gitignore')
    expect((await init(site, '--yes')).status).toBe(0)
  })
})

describe.skipIf(isLacking('permissions', 'Read-only projects'))('what may only be read', () => {
  const permitted = (site: Site): Promise<Ran> => {
    const [program, ...args] = [...PERMITTED, process.execPath, site.installed(ONETOKEN), 'init', '--yes']
    return site.exec(program, args)
  }

  it('is a file: nothing is begun', async () => {
    const config = 'export default {}\n'
    const site = await newProject({ 'package.json': packageOf(['vite']), 'vite.config.js': config })
    await chmod(join(site.folder, 'vite.config.js'), 0o444)
    const { status, output } = await permitted(site)
    expect(status, output).toBe(1)
    expect(output).toContain('vite.config.js The file cannot be written: it is read-only.')
    expect(Object.keys(await filesOf(site))).toEqual(['index.html', 'package.json', 'vite.config.js'])
    await chmod(join(site.folder, 'vite.config.js'), 0o644)
    const again = await permitted(site)
    expect(again.status, again.output).toBe(0)
    expect(again.output).toMatch(/changed +vite\.config\.js/)
  })

  it('is a folder: nothing is in it afterwards', async () => {
    const site = await newProject({ 'package.json': packageOf(['vite']) })
    await chmod(site.folder, 0o555)
    const { status, output } = await permitted(site)
    await chmod(site.folder, 0o755)
    expect(status, output).toBe(1)
    expect(output).toContain('images.yaml The file cannot be written: EACCES.')
    expect(Object.keys(await filesOf(site))).toEqual(['index.html', 'package.json'])
  })
})

describe.skipIf(isLacking('terminal', 'The questions of init'))('a person at a terminal', () => {
  const [DOWN, ENTER, BACK, CTRL_C] = ['\u001b[B', '\r', '\u007f', '\u0003']

  it('is asked for the bundler, and where pictures are kept', async () => {
    const site = await newProject({ 'package.json': packageOf(['webpack', 'esbuild']) })
    const terminal = openTerminal(site, ['init'], {})
    await terminal.until(/Which bundler makes the site\?[^]*esbuild/)
    terminal.type(`${DOWN}${ENTER}`)
    await terminal.until(/Where are pictures kept\?[^]*remote store/)
    terminal.type(`${DOWN}${ENTER}`)
    expect(await terminal.ended, terminal.written()).toBe(0)
    expect(terminal.written()).toContain("import onetoken from 'unplugin-onetoken/esbuild'")
    expect((await site.read('.gitattributes')).toString()).toContain('onetoken/images/** filter=lfs')
  })

  it('is asked for an address until it is one', async () => {
    const site = await newProject({ 'package.json': packageOf(['vite']) })
    const terminal = openTerminal(site, ['init'], {})
    await terminal.until(/Where are pictures kept\?[^]*remote store/)
    terminal.type(`${DOWN}${DOWN}${ENTER}`)
    await terminal.until(/What is its address\?/)
    terminal.type(`ftp${ENTER}`)
    await terminal.until(/it must be an address such as/)
    terminal.type(`${BACK.repeat(3)}s3://pictures/site${ENTER}`)
    expect(await terminal.ended, terminal.written()).toBe(0)
    expect((await site.read('onetoken.config.mjs')).toString()).toContain("url: 's3://pictures/site'")
  })

  it('is not asked what flags say', async () => {
    const site = await newProject({ 'package.json': packageOf(['webpack', 'esbuild']) })
    const terminal = openTerminal(site, ['init', '--bundler', 'esbuild', '--commit', 'git'], {})
    expect(await terminal.ended, terminal.written()).toBe(0)
    expect(terminal.written()).not.toContain('?')
  })

  it.each([
    ['at the first question', ['Which bundler makes the site\\?'], []],
    [
      'at the last one',
      ['Which bundler', 'Where are pictures kept', 'What is its address'],
      [ENTER, DOWN + DOWN + ENTER],
    ],
  ])('can go away %s', async (_, questions, answers) => {
    const site = await newProject({ 'package.json': packageOf(['webpack', 'esbuild']) })
    const terminal = openTerminal(site, ['init'], {})
    for (const [index, question] of questions.entries()) {
      await terminal.until(new RegExp(question))
      terminal.type(answers[index] ?? CTRL_C)
    }
    expect(await terminal.ended, terminal.written()).toBe(130)
    expect(terminal.written()).toContain('Nothing was written.')
    expect(Object.keys(await filesOf(site))).toEqual(['index.html', 'package.json'])
  })
})
