import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import { bundleWorker, startWorker } from '../helpers/workers.ts'
import type { MutationOrder, MutationReport } from './workers/mutated-words.ts'

const RUNS = process.env['FAULTS'] === 'full' ? 10_000 : 1_000
const SEED = Number(process.env['FAULT_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

const MANIFEST = `version: 1
defaults: { quality: low, widths: &widths [480, 960] }
styles:
  ink: "ink drawing of {prompt}, {colours}"
  wash: { template: "{prompt}, {mood}", variables: { mood: calm } }
images:
  hero: &hero
    prompt: a red fox # looking back
    style: ink
    variables: { colours: two colours }
    dark: { prompt: at night, size: 1024x1024 }
    alt: "A fox"
  wide: { edit: hero, prompt: extend the sky, mask: masks/m.png, pick: 1 }
  team/ada: { prompt: "an owl
      with glasses", image: [photos/mug.png, "photos/lamp.png"], extra: { a: [1, { b: null }] }, q: { avif: 50 } }
  products: { each: ["photos/*.png", "photos/**/x?.{png,jpg}"], prompt: "{name} on white", alt: "{name}", w: *widths }
  night: { edit: wide, prompt: at night, take: 2, n: 3, aspect: "16:9" }
`

/** One thing at a time: more of what is changed in them can still be read. */
const SMALL = [
  'each: "photos/*.png", prompt: "{name}"',
  'each: [photos/mug.png, "photos/**"], prompt: x, dark: "{name} at night"',
  'image: photos/mug.png, mask: masks/m.png, prompt: with a hat',
  'prompt: "a red fox", alt: "A fox", widths: [480, 960]',
].map(
  (entry) =>
    `version: 1\nimages:\n  hero: { prompt: a }\n  e: { ${entry} }\n  f: { edit: hero, prompt: f }\n`,
)

const QUERIES = [
  '?prompt=A red fox in snow&w=480;960&format=avif;webp&q=avif:50;webp:80&size=1024x1024&alt=A fox',
  '?prompt=on white&image=photos/mug.png;photos/lamp.png&mask=masks/m.png&take=2&n=2&pick=2',
  '?prompt=wider&edit=hero&style=wash&aspect=16:9&fit=cover&position=top',
  '/hero?w=160&format=png',
  '/team/ada',
]

/** Places outside of the project, by every way that leads there. */
const WAYS = [
  '../secret/s.png',
  '../secret/*.png',
  '/etc/passwd',
  '/etc/*',
  'out/s.png',
  'out/*',
  'photos/link.png',
]
const PIECES = [
  ...WAYS,
  ...[
    '../',
    '..',
    '/',
    '**',
    '*',
    '?',
    '{a,b}',
    '{..,.}',
    '!(x)',
    '@(..)',
    '[.]',
    '\\',
    '~',
    '%2e%2e/',
    'file:///etc/',
  ],
  ...[
    '\n  ',
    '\n',
    ': ',
    '- ',
    ', ',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*hero',
    '<<: *hero',
    '|',
    '>',
    '#',
    '!!str ',
  ],
  ...[
    'edit: hero',
    'each: "*"',
    'dark: x',
    'image: ',
    'mask: ',
    'style: wash',
    '{prompt}',
    '{name}',
    '__proto__: ',
  ],
  ...[
    '\u0000',
    '\u001b[2J',
    '\u202e',
    '\r',
    '\ufeff',
    '\ud800',
    '::error::',
    '%',
    '%ZZ',
    '&',
    ';',
    '=',
    '+',
    '\u2028',
  ],
  ...['&edit=', '&image=', '?prompt=', '1e999', 'null', '-1', '99999999999999999999'],
]

/** A project with pictures, beside a folder that is no part of it, and links from one to the other. */
async function project(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'mutated-')))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const root = join(folder, 'site')
  const picture = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#c638' } })
    .png()
    .toBuffer()
  for (const path of ['site/photos/mug.png', 'site/photos/lamp.png', 'site/masks/m.png', 'secret/s.png']) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), picture)
  }
  await symlink(join(folder, 'secret'), join(root, 'out'))
  await symlink(join(folder, 'secret/s.png'), join(root, 'photos/link.png'))
  await writeFile(join(root, 'images.yaml'), MANIFEST)
  return root
}

it.each<[MutationOrder['what'], string[]]>([
  ['manifests', [MANIFEST, ...SMALL]],
  ['queries', QUERIES],
])(
  `${RUNS} mutated %s are read or refused, and nothing outside of the project is looked at`,
  { timeout: 900_000 },
  async (what, seeds) => {
    const root = await project()
    const worker = startWorker(await bundleWorker('mutated-words.ts'))
    worker.send({
      root,
      what,
      seeds,
      pieces: PIECES,
      ways: WAYS,
      runs: RUNS,
      seed: SEED,
    } satisfies MutationOrder)
    const report = await worker.next<MutationReport>(() => true)
    expect(report).not.toHaveProperty('failure')
    // Both happen, or the test would mean little.
    const { read, refused } = report as { read: number; refused: number }
    expect(read).toBeGreaterThan(RUNS / 50)
    expect(refused).toBeGreaterThan(RUNS / 50)
  },
)
