import { expect, it } from 'vitest'
import { renderKey } from '../spec/key.ts'
import { PRETEND } from '../spec/loopback.ts'
import { recordOf } from '../store/testing.ts'
import { BUILD, identified, studio } from './testing.ts'

it('is told of a render that is missing, and never taken for it', async () => {
  const { renders, store, root } = await studio({}, { environment: { apiKey: undefined } })
  const hero = identified('hero', root)
  const hint = async (): Promise<string | undefined> =>
    renders.obtain(hero, BUILD).then(
      () => 'obtained',
      (thrown: { hint?: string }) => thrown.hint,
    )
  expect(await hint()).not.toContain('retend')
  const image = Buffer.from('bytes that pass for a fox')
  await store.putImage(image, 'png')
  const key = renderKey(hero.spec.render, [], PRETEND)
  await store.putRecord(recordOf([image], { key, provider: PRETEND }))
  expect(await hint()).toMatchInlineSnapshot(`
    "Set ONETOKEN_API_KEY (in the environment or in .env.local), or set "missing": "placeholder" to build without them.
    A pretend picture of hero is there, by a look-alike of the API: it is used while ONETOKEN_BASE_URL is an address of this machine, such as http://127.0.0.1:8787."
  `)
})
