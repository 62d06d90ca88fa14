import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { imageSpec } from '../spec/image-spec.ts'
import { renderInputPlan } from '../variants/index.ts'
import { flat, hole } from '../variants/test-pictures.ts'
import { identify, type IdentifiedSpec, type ParentPicture } from './identify.ts'

/** The picture of an entry `hero`, as its render has it. */
function parent(format: 'png' | 'webp', width: number, height: number): ParentPicture {
  const input = {
    role: 'image' as const,
    name: 'The picture of hero',
    file: `/store/hero.${format}`,
    sha256: sha256(`${format} ${width} ${height}`),
    plan: renderInputPlan({ format, width, height, bytes: 1000 }),
    read: () => Promise.reject(new Error('not read')),
  }
  return { name: 'hero', choice: 'its key 1', input, isComposite: false, awaits: 'its key' }
}

it('knows an edit with a mask again, whatever became of its parent', async () => {
  const root = await mkdtemp(join(tmpdir(), 'identify-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  await writeFile(join(root, 'mask.png'), await hole(40, 30).png().toBuffer())
  await writeFile(join(root, 'other.png'), await flat(40, 30).png().toBuffer())
  const of = (mask: string, from: ParentPicture): Promise<IdentifiedSpec> => {
    const spec = imageSpec(
      { prompt: 'a red door', edit: 'hero', mask },
      { base: root, defaults: [], styles: {} },
    )
    return identify(spec, { root, provider: 'mock' }, from)
  }
  const looks = [
    await of('mask.png', parent('png', 40, 30)),
    await of('mask.png', parent('webp', 40, 30)),
    await of('mask.png', parent('png', 80, 80)),
  ]
  expect(looks.map(({ digests }) => digests[1]?.conversion)).toEqual([0, 1, 2])
  expect(new Set(looks.map(({ key }) => key)).size).toBe(3)
  const lineages = new Set(looks.flatMap(({ lineages }) => lineages?.()))
  expect(lineages.size).toBe(1)
  const waiting = await of('mask.png', { ...parent('png', 40, 30), input: undefined })
  expect([...lineages]).toEqual(waiting.lineages?.())
  const other = await of('other.png', parent('png', 40, 30))
  expect([...lineages]).not.toEqual(other.lineages?.())
  const renamed = await of('mask.png', { ...parent('png', 40, 30), formerName: 'start' })
  expect(renamed.lineages?.()).toEqual([...lineages, expect.any(String)])
})
