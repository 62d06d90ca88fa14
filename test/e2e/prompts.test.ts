import { expect, it } from 'vitest'
import { apiEnv, createSite } from '../helpers/site.ts'
import { useMock } from '../helpers/mock.ts'

const mock = useMock()

/** What is written after `prompt=`, and what the API is to be sent. */
const PROMPTS: [written: string, sent: string][] = [
  ['Stop! Who goes there?', 'Stop! Who goes there?'],
  ['a #hashtag on a wall', 'a #hashtag on a wall'],
  ['100% wool, 50%25 off, 5%zz, %', '100% wool, 50% off, 5%zz, %'],
  ['red; green; blue', 'red; green; blue'],
  ['1 + 1 = 2', '1 + 1 = 2'],
  ['Tom %26 Jerry', 'Tom & Jerry'],
  [`"double" and 'single' and \`back\``, `"double" and 'single' and \`back\``],
  ['two\nlines', 'two\nlines'],
  ['two%0D%0Alines', 'two\nlines'],
  ['back\\slash \\n stays', 'back\\slash \\n stays'],
  ['a site.css', 'a site.css'],
  ['a data.json', 'a data.json'],
  ['photo.png?raw', 'photo.png?raw'],
  ['../../etc/passwd', '../../etc/passwd'],
  ['C:\\temp\\new.txt', 'C:\\temp\\new.txt'],
  ['https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
  ['a fox 🦊 and family 👨‍👩‍👧', 'a fox 🦊 and family 👨‍👩‍👧'],
  ['caf%C3%A9 cafe\u0301', 'café café'],
  ['<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['${env.KEY} $%26 $1 {prompt}', '${env.KEY} $& $1 {prompt}'],
  ['!=!loader!./x', '!=!loader!./x'],
  ['\u2028 line \u2029 paragraph', 'line \u2029 paragraph'],
  ['Latin '.repeat(500), 'Latin '.repeat(500).trim()],
  ['雪地里的红狐'.repeat(250), '雪地里的红狐'.repeat(250)],
]

it.each([8, 7] as const)('prompts reach the API as the grammar says, Vite %i', async (vite) => {
  const imports = PROMPTS.map(([written], index) => {
    const specifier = JSON.stringify(`virtual:onetoken?prompt=${written}&quality=low`)
    return `import p${index} from ${specifier.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}`
  })
  const main = `${imports.join('\n')}\nglobalThis.result = [${PROMPTS.map((_, index) => `p${index}`).join(', ')}]`
  const site = await createSite({ 'main.js': main }, vite)
  const { status, output } = await site.build(apiEnv(mock.url))
  expect(status, output).toBe(0)
  // Two of them are written differently and mean the same words: they are one render.
  const wanted = [...new Set(PROMPTS.map(([, text]) => text))]
  const sent = mock.requests.map(({ fields }) => fields['prompt'])
  expect(sent.sort()).toEqual(wanted.sort())
  expect((await site.list('dist')).filter((path) => path.endsWith('.webp'))).toHaveLength(wanted.length)
})
