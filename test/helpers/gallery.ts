import { readFile, rm, writeFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect } from 'vitest'
import type { MockServer } from 'unplugin-onetoken/mock'
import { openWorkbench, type Outcome, type Workbench } from './workbench.ts'

const MANIFEST = `version: 1
defaults: { quality: low, size: 1024x640 }
images:
  hero: { prompt: A fjord, alt: Fjord, widths: [48] }
  boats: { prompt: Paper boats on a pond, n: 2, pick: 2, extra: { user: site } }
  lake: { prompt: A lake in place of the wall, image: photo.png }
  fight: { prompt: A fight }
`

/** Entries with a picture. The fourth one is refused by moderation, which is a record without pictures. */
export const PICTURES = ['hero', 'boats', 'lake'] as const
export const REFUSED = 'fight'

/** A file that holds what was paid for, and what comes of it while all is well. */
export interface Treasure {
  /** The entry that needs it. */
  name: string
  kind: 'record' | 'picture'
  file: string
  bytes: Buffer
}

/** A project whose renders are all there, with nothing cached. */
export interface Gallery {
  bench: Workbench
  treasures: Treasure[]
  /** See that a treasure in this state is told, and neither used nor bought again; then that its own bytes heal it. */
  expectFound(treasure: Treasure, how: string): Promise<void>
  /** See that everything is as at the beginning. */
  expectWell(name: string): Promise<void>
}

/** Render a small project once; from then on nothing may be asked for. */
export async function openGallery(mock: MockServer): Promise<Gallery> {
  mock.setScenario([{ name: 'moderation-blocked', when: 'fight' }, { name: 'revised-prompt' }])
  const photo = sharp({ create: { width: 64, height: 64, channels: 3, background: '#c63' } })
  const bench = await openWorkbench(mock.url, {
    'images.yaml': MANIFEST,
    'photo.png': await photo.png().toBuffer(),
  })
  const names = [...PICTURES, REFUSED]
  const atFirst = new Map<string, string>()
  for (const name of names) atFirst.set(name, told(await bench.obtain(name, 'command')))
  const paid = mock.stats.requests
  expect(paid).toBe(names.length)

  const treasures: Treasure[] = []
  for (const name of names) {
    const file = bench.recordFile(name)
    treasures.push({ name, kind: 'record', file, bytes: await readFile(file) })
  }
  for (const name of PICTURES) {
    const file = await bench.imageFile(name)
    treasures.push({ name, kind: 'picture', file, bytes: await readFile(file) })
  }
  expect(new Set(treasures.map(({ file }) => file)).size).toBe(treasures.length)

  const expectWell: Gallery['expectWell'] = async (name) => {
    const now = told(await bench.obtain(name))
    if (name === REFUSED) expect(now).toMatch(/^API_REFUSED: fight was refused on /)
    else expect(now).toBe(atFirst.get(name))
    expect(mock.stats.requests).toBe(paid)
  }
  for (const name of names) await expectWell(name)

  return {
    bench,
    treasures,
    expectWell,
    async expectFound({ name, kind, file, bytes }, how) {
      const purposes = kind === 'record' ? (['build', 'command', 'dev'] as const) : (['build'] as const)
      for (const purpose of purposes) {
        const outcome = await bench.obtain(name, purpose)
        const error = 'error' in outcome ? outcome.error : undefined
        expect(error?.code, `${how}, ${purpose}: ${told(outcome)}`).toBe('STORE_UNAVAILABLE')
        expect(error?.message, how).toContain(`The render of ${name} is in the store`)
        expect(error?.hint, how).toMatch(HELP)
      }
      // A picture is looked at byte by byte when something is made of it, and not before.
      if (kind === 'record') expect((await bench.stateOf(name)).state, how).toBe('unavailable')
      expect(bench.wronglyEncoded, how).toEqual([])
      expect(mock.stats.requests, how).toBe(paid)
      await rm(file, { recursive: true, force: true })
      await writeFile(file, bytes)
      await expectWell(name)
    },
  }
}

/** What a person is to do: a command that helps, or a newer release. */
const HELP =
  /^(?:Restore it, as in: git checkout -- \S|Choose a side, as in: git checkout --ours \S|Fetch what it points to: git lfs pull$|Update unplugin-onetoken )/

function told(outcome: Outcome): string {
  return 'served' in outcome ? outcome.served : `${outcome.error.code}: ${outcome.error.message}`
}
