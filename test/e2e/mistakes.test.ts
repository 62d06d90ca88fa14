import { dirname } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { createSite } from '../helpers/site.ts'

/** A manifest with one entry, written in one line. */
const hero = (entry: string, top = ''): Files => ({
  'images.yaml': `version: 1\n${top === '' ? '' : `${top}\n`}images:\n  hero: { ${entry} }\n`,
})
const importing = (query: string): Files => ({ 'main.js': `import fox from 'virtual:onetoken${query}'\n` })

type Files = Record<string, string>

/** Kinds of mistakes, each with the place that has to be told. */
const MISTAKES: Record<string, { files: Files; at: string }> = {
  'no version': { files: { 'images.yaml': 'images: {}\n' }, at: 'images.yaml:1:1' },
  'another version': { files: { 'images.yaml': 'version: 2\nimages: {}\n' }, at: 'images.yaml:1:10' },
  'not YAML': { files: { 'images.yaml': 'version: 1\nimages: {\n' }, at: 'images.yaml:3:1' },
  'a tab': {
    files: { 'images.yaml': 'version: 1\nimages:\n\thero: { prompt: a }\n' },
    at: 'images.yaml:3:1',
  },
  'a list of entries': { files: { 'images.yaml': 'version: 1\nimages:\n  - hero\n' }, at: 'images.yaml:3:3' },
  'another member': { files: { 'images.yaml': 'version: 1\npictures: {}\n' }, at: 'images.yaml:2:1' },
  'a name twice': {
    files: { 'images.yaml': 'version: 1\nimages:\n  hero: { prompt: a }\n  hero: { prompt: b }\n' },
    at: 'images.yaml:4:3',
  },
  'a bad name': {
    files: { 'images.yaml': 'version: 1\nimages:\n  my hero: { prompt: a }\n' },
    at: 'images.yaml:3:3',
  },
  'words for a mapping': {
    files: { 'images.yaml': 'version: 1\nimages:\n  hero: a red fox\n' },
    at: 'images.yaml:3:9',
  },
  'no words': { files: hero('alt: Fox'), at: 'images.yaml:3:3' },
  'a number for words': { files: hero('prompt: 2026'), at: 'images.yaml:3:19' },
  'an unknown parameter': { files: hero('prompt: a, quallity: low'), at: 'images.yaml:3:22' },
  'a size that is none': { files: hero('prompt: a, size: 1024*1024'), at: 'images.yaml:3:28' },
  'a quality that is none': { files: hero('prompt: a, quality: hgih'), at: 'images.yaml:3:31' },
  'a format that is none': { files: hero('prompt: a, formats: [avif, jif]'), at: 'images.yaml:3:31' },
  'a list as in a query': { files: hero('prompt: a, widths: 480;960'), at: 'images.yaml:3:30' },
  'a parameter by both of its names': {
    files: hero('prompt: a, w: 480, widths: 960'),
    at: 'images.yaml:3:30',
  },
  'more picked than asked for': { files: hero('prompt: a, n: 2, pick: 3'), at: 'images.yaml:3:34' },
  'a default that is none': { files: hero('prompt: a', 'defaults: { alt: x }'), at: 'images.yaml:2:13' },
  'a style that is not there': {
    files: hero('prompt: a, style: inc', 'styles: { ink: "ink of {prompt}" }'),
    at: 'images.yaml:4:29',
  },
  'a style without words': { files: hero('prompt: a', 'styles: { ink: drawing }'), at: 'images.yaml:2:16' },
  'a variable without a value': {
    files: hero('prompt: a, style: ink', 'styles: { ink: "{prompt} in {colours}" }'),
    at: 'images.yaml:4:29',
  },
  'a variable that no style has': {
    files: hero('prompt: a, style: ink, variables: { color: red }', 'styles: { ink: "{prompt}" }'),
    at: 'images.yaml:4:45',
  },
  'a picture that is not there': { files: hero('prompt: a, image: photos/fax.png'), at: 'images.yaml:3:29' },
  'a picture outside of the project': { files: hero('prompt: a, image: ../fox.png'), at: 'images.yaml:3:29' },
  'a text for a picture': { files: hero('prompt: a, image: photos/notes.txt'), at: 'images.yaml:3:29' },
  'a mask without a picture': { files: hero('prompt: a, mask: photos/fox.png'), at: 'images.yaml:3:28' },
  'an edit of nothing': {
    files: {
      'images.yaml': 'version: 1\nimages:\n  hero: { prompt: a }\n  wide: { edit: heron, prompt: b }\n',
    },
    at: 'images.yaml:4:17',
  },
  'an edit of a file': { files: hero('prompt: a, edit: photos/fox.png'), at: 'images.yaml:3:28' },
  'edits in a circle': {
    files: {
      'images.yaml':
        'version: 1\nimages:\n  a: { prompt: x, edit: b }\n  b: { prompt: x, edit: c }\n  c: { prompt: x, edit: a }\n',
    },
    at: 'images.yaml:3:25',
  },
  'a folder without pictures': { files: hero('prompt: a, each: pics/*.png'), at: 'images.yaml:3:28' },
  'two pictures of one name': {
    files: hero('prompt: "{name}", each: photos/fox.*'),
    at: 'images.yaml:3:35',
  },
  'a dark version with a text of its own': {
    files: hero('prompt: a, dark: { prompt: b, alt: c }'),
    at: 'images.yaml:3:41',
  },
  'an import of no entry': { files: { ...hero('prompt: a'), ...importing('/heron') }, at: 'main.js:1:18' },
  'a URL for a specifier': {
    files: { ...hero('prompt: a'), 'main.js': `import fox from 'onetoken:hero'\n` },
    at: 'main.js:1:18',
  },
  'a dark version by the name that commands have for it': {
    files: { ...hero('prompt: a, dark: b'), ...importing('/hero:dark') },
    at: 'main.js:1:18',
  },
  'an import without words': { files: importing('?size=1024x1024'), at: 'main.js:1:18' },
  'a misspelt parameter of an import': { files: importing('?promt=a fox'), at: 'main.js:1:18' },
  'words that are put together at run time': {
    files: { 'main.js': 'const load = (animal) => import(`virtual:onetoken?prompt=${animal}`)\n' },
    at: 'main.js:1:34',
  },
  'settings that are no code': {
    files: { 'onetoken.config.mjs': 'const size = 1\n\nexport default {\n  store: {{{\n}\n' },
    at: 'onetoken.config.mjs:4:11',
  },
  'settings that fail': {
    files: { 'onetoken.config.mjs': 'export default {\n  store: missing.name,\n}\n' },
    at: 'onetoken.config.mjs:2:10',
  },
  'a misspelt setting': {
    files: { 'onetoken.config.json': '{\n  "bugdet": { "cost": 2 }\n}\n' },
    at: 'onetoken.config.json:2:3',
  },
}

const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: 'teal' } })
const [png, jpeg] = await Promise.all([picture.png().toBuffer(), picture.jpeg().toBuffer()])

it.each(Object.entries(MISTAKES))('%s', async (_, { files, at }) => {
  const site = await createSite({
    'main.js': '',
    'photos/fox.png': png,
    'photos/fox.jpg': jpeg,
    'photos/notes.txt': 'Fox, red.',
    ...files,
  })
  const { status, output } = await site.onetoken({}, 'plan')
  expect(status, output).toBe(1)
  expect(output).not.toMatch(/^\s+at /m)
  expect(output).toContain(at)
  expect(
    `\n${output.replaceAll(site.folder, '<site>').replaceAll(dirname(site.folder), '<sites>')}`,
  ).toMatchSnapshot()
})
