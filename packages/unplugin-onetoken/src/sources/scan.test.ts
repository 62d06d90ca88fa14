import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scanSources } from './scan.ts'
import { folder } from '../project/testing.ts'

/** What a scan finds: `file:line:column specifier`, and `file:line:column ?` for words put together at run time. */
async function scan(files: Record<string, string>, ignore: string[] = []): Promise<string[]> {
  const root = await folder(files)
  const { references, unknown } = await scanSources(root, ignore)
  const where = ({
    file,
    line,
    column,
  }: {
    file: string
    line?: number | undefined
    column?: number | undefined
  }): string => `${file.slice(root.length + 1)}:${line}:${column}`
  return [
    ...references.map(({ specifier, place }) => `${where(place)} ${specifier}`),
    ...unknown.map((place) => `${where(place)} ?`),
  ]
}

const scanOne = async (code: string, name = 'app.js'): Promise<string[]> =>
  (await scan({ [name]: code })).map((line) => line.slice(name.length + 1))

describe('imports', () => {
  it.each<[string, string, string[]]>([
    ['default', `import a from 'virtual:onetoken?prompt=a fox'`, ['1:16 virtual:onetoken?prompt=a fox']],
    ['named', `import { src, alt as b } from "virtual:onetoken/hero"`, ['1:32 virtual:onetoken/hero']],
    ['all', `import * as a from 'virtual:onetoken/manifest'`, ['1:21 virtual:onetoken/manifest']],
    ['bare', `import 'virtual:onetoken/hero'`, ['1:9 virtual:onetoken/hero']],
    [
      'exports',
      `export * from 'virtual:onetoken/a'\nexport { default } from 'virtual:onetoken/b'`,
      ['1:16 virtual:onetoken/a', '2:26 virtual:onetoken/b'],
    ],
    ['dynamic', `const a = await import('virtual:onetoken/hero')`, ['1:25 virtual:onetoken/hero']],
    ['dynamic with a template', 'import(`virtual:onetoken/hero`)', ['1:9 virtual:onetoken/hero']],
    ['dynamic with options', `import('virtual:onetoken/hero', { with: {} })`, ['1:9 virtual:onetoken/hero']],
    [
      'dynamic with a comment',
      `import(/* @vite-ignore */ 'virtual:onetoken/hero' // x\n)`,
      ['1:28 virtual:onetoken/hero'],
    ],
    ['as a URL', `import a from 'onetoken:hero'`, ['1:16 onetoken:hero']],
    ['as a URL that is none', `import('virtual:onetoken:hero')`, ['1:9 virtual:onetoken:hero']],
    ['required', `const a = require('virtual:onetoken/hero')`, ['1:20 virtual:onetoken/hero']],
    ['on several lines', `import\n  a\nfrom\n  'virtual:onetoken/hero'`, ['4:4 virtual:onetoken/hero']],
    [
      'with attributes',
      `import a from 'virtual:onetoken/hero' with { x: 'y' }`,
      ['1:16 virtual:onetoken/hero'],
    ],
    ['at the very start', `import'virtual:onetoken/hero'`, ['1:8 virtual:onetoken/hero']],
    [
      'a default called type',
      `import type from 'virtual:onetoken/a'\nimport type, { src } from 'virtual:onetoken/b'`,
      ['1:19 virtual:onetoken/a', '2:28 virtual:onetoken/b'],
    ],
  ])('%s', async (_what, code, found) => {
    expect(await scanOne(code)).toEqual(found)
  })

  it('are read with their escapes', async () => {
    const code = String.raw`import a from 'virtual:onetoken?prompt=\u{1F98A} \u96ea \x41\n\'b\' \"c\" \\ \
d \u{110000}'`
    expect(await scanOne(code)).toEqual(['1:16 virtual:onetoken?prompt=🦊 雪 A\n\'b\' "c" \\ d \\u{110000}'])
  })

  it('keep what a prompt may hold', async () => {
    const code = `import a from "virtual:onetoken?prompt=// /* no comment */ <script> it's \${x} import('y') !#%;+%26"`
    expect(await scanOne(code)).toEqual([
      `1:16 virtual:onetoken?prompt=// /* no comment */ <script> it's \${x} import('y') !#%;+%26`,
    ])
  })

  it('are found in TypeScript, with generics and casts', async () => {
    const code = `const f = <T>(x: T): T => <T>x\nconst g = <T,>(x: T) => x\nconst later = () => import('virtual:onetoken/hero')\n`
    expect(await scanOne(code, 'a.ts')).toEqual(['3:29 virtual:onetoken/hero'])
    expect(await scanOne(code.split('\n').slice(1).join('\n'), 'a.tsx')).toEqual([
      '2:29 virtual:onetoken/hero',
    ])
  })

  it('are found in JSX, around text that looks like code', async () => {
    const code = `import a from 'virtual:onetoken/a'
const page = <p title="import 'virtual:onetoken/no'">Don't import 'virtual:onetoken/no' \`here\` {/* import('virtual:onetoken/no') */}
  {load(() => import('virtual:onetoken/b'))} <br/></p>
import('virtual:onetoken/c')`
    const found = ['1:16 virtual:onetoken/a', '3:23 virtual:onetoken/b', '4:9 virtual:onetoken/c']
    for (const name of ['a.jsx', 'a.tsx', 'a.js']) expect(await scanOne(code, name)).toEqual(found)
  })

  it('have the right place behind CRLF, tabs, a byte order mark and wide characters', async () => {
    expect(await scanOne(`// 雪\r\n\r\n\timport a from 'virtual:onetoken/hero'\r\n`)).toEqual([
      '3:17 virtual:onetoken/hero',
    ])
    expect(await scanOne(`#!/usr/bin/env node\nimport 'virtual:onetoken/hero'`)).toEqual([
      '2:9 virtual:onetoken/hero',
    ])
    expect(await scanOne(`/* 🦊\n */ const 雪 = '🦊'; import 'virtual:onetoken/hero'`)).toEqual([
      '2:29 virtual:onetoken/hero',
    ])
  })
})

describe('not taken for an import', () => {
  it.each([
    ['a line comment', `// import a from 'virtual:onetoken/hero'`],
    ['a block comment', `/* import('virtual:onetoken/hero') */`],
    ['a string', `const a = "import b from 'virtual:onetoken/hero'"`],
    ['a string by itself', `const from = 'virtual:onetoken/hero'; f('virtual:onetoken/hero')`],
    ['a template', "const a = `import b from 'virtual:onetoken/hero'`"],
    ['a regular expression', `const a = /from 'virtual:onetoken\\/hero'/`],
    ['a member called from', `const a = { from: 'virtual:onetoken/hero' }; b.from('virtual:onetoken/hero')`],
    [
      'a method called import or require',
      `jiti.import('virtual:onetoken/hero'); a?.require('virtual:onetoken/hero')`,
    ],
    [
      'somebody else',
      `import a from 'virtual:onetokens/hero'\nimport b from 'virtual:onetoken-x'\nimport c from './virtual:onetoken/hero'`,
    ],
    [
      'types',
      `import type { OneTokenImage } from 'virtual:onetoken?'\nexport type { A } from 'virtual:onetoken/a'\nimport type B from 'virtual:onetoken/b'\nexport type * from 'virtual:onetoken/c'`,
    ],
    [
      'the type of an import',
      `import { type OneTokenImage } from 'virtual:onetoken?'\nlet a: typeof import('virtual:onetoken/hero')\nlet b: import('virtual:onetoken?').OneTokenImage`,
    ],
    ['the declaration of a module', `declare module 'virtual:onetoken/hero' { export default '' }`],
    ['an unclosed string', `import a from 'virtual:onetoken/hero\n`],
  ])('%s', async (_what, code) => {
    expect(await scanOne(code, 'app.ts')).toEqual([])
  })

  it('forgets that an import was of types', async () => {
    const code = `import type { A } from './a'\nexport type B = string\nimport b from 'virtual:onetoken/b'`
    expect(await scanOne(code, 'app.ts')).toEqual(['3:16 virtual:onetoken/b'])
  })
})

describe('words put together at run time', () => {
  it.each<[string, string, string[]]>([
    ['a template', 'import(`virtual:onetoken/${name}`)', ['1:9 ?']],
    ['a template right behind the name', 'import(`virtual:onetoken${query}`)', ['1:9 ?']],
    ['a sum', `import('virtual:onetoken?prompt=a ' + animal)`, ['1:9 ?']],
    ['a sum that begins elsewhere', `import(a + ('virtual:onetoken/' + b))`, ['1:14 ?']],
    ['a choice', `import(dark ? 'virtual:onetoken/a' : 'virtual:onetoken/b')`, ['1:16 ?', '1:39 ?']],
    ['a call', `import('virtual:onetoken/'.concat(name))`, ['1:9 ?']],
    ['a template in require', 'require(`virtual:onetoken/${name}`)', ['1:10 ?']],
    ['of somebody else', 'import(`virtual:onetokens/${name}`); import(`./${name}.js`); import(name)', []],
  ])('%s', async (_what, code, found) => {
    expect(await scanOne(code)).toEqual(found)
  })
})

describe('component files', () => {
  it('Vue: scripts and styles, not templates or comments', async () => {
    const code = `<!-- <script>import 'virtual:onetoken/no'</script> -->
<script lang="ts">
import a from 'virtual:onetoken/a'
</script>
<script setup lang="ts" generic="T extends Set<string>">
const cast = <T>(x: T) => x
import b from 'virtual:onetoken/b'
</script>
<template>
  <p>import c from 'virtual:onetoken/no'</p>
</template>
<style scoped lang="scss">
// url('onetoken:no')
p { background: url('onetoken:c') }
</style>`
    expect(await scanOne(code, 'App.vue')).toEqual([
      '3:16 virtual:onetoken/a',
      '7:16 virtual:onetoken/b',
      '14:22 virtual:onetoken/c',
    ])
  })

  it('Vue with JSX', async () => {
    const code = `<script lang="tsx">\nconst a = <p>don't</p>\nimport('virtual:onetoken/a')\n</script>`
    expect(await scanOne(code, 'App.vue')).toEqual(['3:9 virtual:onetoken/a'])
  })

  it('Vue: a template as Vue reads it, wherever it begins', async () => {
    const code = `<script setup>const a = '<template>'</script><template><textarea v-model="x" /><title/><select />
  <p :title="'</p>'">{{ '<img src="onetoken:no">' }} a <b {{ x }}</p>
  <img src="onetoken:?prompt=the letter <A> in <Stone>" alt="">
  <svg><image href="onetoken:a" /></svg><xmp/><Img src="onetoken:no" />
  <template #x><plaintext><img src="onetoken:b" /></template></template>
<docs><template><img src="onetoken:no"></template></docs>`
    expect(await scanOne(code, 'App.vue')).toEqual([
      '3:13 virtual:onetoken?prompt=the letter <A> in <Stone>',
      '4:21 virtual:onetoken/a',
      '5:37 virtual:onetoken/b',
    ])
    expect(await scanOne(`  <template>\n <img src="onetoken:a">\n  </template>`, 'App.vue')).toEqual([
      '2:12 virtual:onetoken/a',
    ])
  })

  it('Svelte', async () => {
    const code = `<script context="module">import a from 'virtual:onetoken/a'</script>\r\n<script>\r\n  import b from 'virtual:onetoken/b'\r\n</script >\r\n<p>{@html "import 'virtual:onetoken/no'"}</p>`
    expect(await scanOne(code, 'App.svelte')).toEqual(['1:41 virtual:onetoken/a', '3:18 virtual:onetoken/b'])
    const style = `<script>const a = "<style>p { background: url(onetoken:no) }</style>"</script>\n<style lang='less'>p { background: url(onetoken:@{no}), url(onetoken:c) }</style>`
    expect(await scanOne(style, 'App.svelte')).toEqual(['2:61 virtual:onetoken/c'])
  })

  it.each(['App.svelte', 'Page.astro'])('imports in the expressions of markup: %s', async (name) => {
    const code = `<!-- comments and an import: {import('virtual:onetoken/no')} -->
<p>don't import('virtual:onetoken/no') {#await import("virtual:onetoken/a") then { default: src }}<img {src}>{/await}</p>
<img src={(await import('virtual:onetoken?prompt=it\\'s a {')).default} /> import('virtual:onetoken/no')
{list.map(() => { return import(\`virtual:onetoken/\${name}\`) })}
{a.import('virtual:onetoken/no')}`
    expect(await scanOne(code, name)).toEqual([
      '2:56 virtual:onetoken/a',
      `3:26 virtual:onetoken?prompt=it's a {`,
      '4:34 ?',
    ])
  })

  it('Astro: the front and the scripts', async () => {
    const code = `---\r\nimport a from 'virtual:onetoken/a'\r\nconst html = "<script>import 'virtual:onetoken/no'</script>"\r\n---\r\n<p>don't import 'virtual:onetoken/no'</p>\r\n<script>import b from 'virtual:onetoken/b'</script>`
    expect(await scanOne(code, 'Page.astro')).toEqual(['2:16 virtual:onetoken/a', '6:24 virtual:onetoken/b'])
    expect(await scanOne(`\n---\nimport a from 'virtual:onetoken/a'\n---\n`, 'Page.astro')).toEqual([
      '3:16 virtual:onetoken/a',
    ])
    expect(
      await scanOne(`<!-- a --> <!---->\n---\nimport 'virtual:onetoken/a'\n---\n`, 'Page.astro'),
    ).toEqual(['3:9 virtual:onetoken/a'])
    expect(await scanOne(`<script>import b from 'virtual:onetoken/b'</script>`, 'Page.astro')).toEqual([
      '1:24 virtual:onetoken/b',
    ])
  })
})

describe('style sheets', () => {
  it.each([
    [
      'a.css',
      `/* url(onetoken:no) */\np { background: URL( "onetoken:?prompt=a; b" ) }`,
      '2:23 virtual:onetoken?prompt=a; b',
    ],
    ['a.scss', `// url(onetoken:no)\np { background: url(onetoken:a) }`, '2:21 virtual:onetoken/a'],
    ['a.less', `p { background: url('onetoken:a?w=3') }`, '1:22 virtual:onetoken/a?w=3'],
    ['a.styl', `@import 'b'\np\n  background url(virtual:onetoken/a)`, '3:18 virtual:onetoken/a'],
    [
      'a.sass',
      `@use 'sass:math'\n@import a, b\n\np\n  background: url('onetoken:a')`,
      '5:20 virtual:onetoken/a',
    ],
  ])('%s', async (name, code, found) => {
    expect(await scanOne(code, name)).toEqual([found])
  })
})

describe('pages', () => {
  it('elements, styles and module scripts, in order', async () => {
    const code = `<!doctype html>
<!-- <img src="onetoken:no"> <script>import 'virtual:onetoken/no'</script> -->
<link rel="icon" href="onetoken:icon">
<style>
  body { background: url('onetoken:paper') }
</style>
<script type="module">
  import a from 'virtual:onetoken/a'
</script>
<p style="background: url('onetoken:inside')">onetoken:no</p>
<p style="background: url(&quot;onetoken:?prompt=a&amp;w=3&quot;)"></p>
<img srcset="onetoken:small?w=48 48w, onetoken:?prompt=cut off 96w" src=onetoken:hero>`
    expect(await scanOne(code, 'index.html')).toEqual([
      '3:24 virtual:onetoken/icon',
      '5:27 virtual:onetoken/paper',
      '8:18 virtual:onetoken/a',
      '10:28 virtual:onetoken/inside',
      '11:11 virtual:onetoken?prompt=a&w=3',
      '12:14 virtual:onetoken/small?w=48',
      '12:73 virtual:onetoken/hero',
    ])
  })
})

describe('files', () => {
  const code = `import 'virtual:onetoken/hero'`

  it('are sources of every kind, in order', async () => {
    const names = ['a.cjs', 'a.cts', 'a.js', 'a.jsx', 'a.mjs', 'a.mts', 'a.ts', 'a.tsx', 'b/c/d.ts']
    const found = await scan(Object.fromEntries(names.map((name) => [name, code])))
    expect(found).toEqual(names.map((name) => `${name}:1:9 virtual:onetoken/hero`))
  })

  it('are not those that are built, installed, hidden or ignored', async () => {
    const names = [
      'node_modules/x/a.js',
      'packages/y/node_modules/x/a.js',
      'dist/a.js',
      'build/a.js',
      'coverage/a.js',
      '.next/a.js',
      'onetoken/.cache/a.mjs',
      'pics/a.js',
      'types.d.ts',
      'types.d.mts',
      'notes.md',
      'a.yaml',
    ]
    expect(await scan(Object.fromEntries(names.map((name) => [name, code])), ['pics', 'x{1..9999}'])).toEqual(
      [],
    )
  })

  it('may be linked in circles', async () => {
    const root = await folder({ 'src/a.js': code })
    await mkdir(join(root, 'src/deep'))
    await symlink('..', join(root, 'src/deep/up'))
    expect((await scanSources(root, [])).references).toHaveLength(1)
  })

  it('may be large and strange', async () => {
    const strange = `const a = {${'a:['.repeat(20_000)}\n${'`${'.repeat(5000)}\n${'<a '.repeat(5000)}\n'virtual:onetoken`
    const unclosed = `${'<script>'.repeat(2000)} virtual:onetoken ${'<!--'.repeat(2000)}`
    expect(
      await scan({
        'a.js': strange,
        'b.tsx': strange,
        'c.vue': unclosed,
        'c.html': `${unclosed}${'<div style="onetoken">'.repeat(5000)}`,
        'c.css': `${'a{'.repeat(5000)} onetoken ${'url('.repeat(5000)}`,
        'd.js': `\0\ud800 ${code}`,
        'e.js': '',
      }),
    ).toBeDefined()
  })
})
