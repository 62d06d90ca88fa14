import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { MockServer } from 'unplugin-onetoken/mock'
import { sha256 } from './digests.ts'
import type { Site } from './site.ts'

/** File names, sorted, of the pictures that the mock sends for a request. Asks without the product; resets the mock. */
export async function picturesSent(mock: MockServer, request: Record<string, unknown>): Promise<string[]> {
  const response = await fetch(`${mock.url}/v1/images/generations`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-image-2', n: 1, ...request }),
  })
  const { data } = (await response.json()) as { data: { b64_json: string }[] }
  mock.reset()
  return data.map((one) => `${sha256(Buffer.from(one.b64_json, 'base64'))}.png`).sort()
}

/** See that each name in a folder of renders stands for a whole file: pictures by their digest, records by JSON. */
export async function expectWhole(store: string): Promise<{ pictures: string[]; records: string[] }> {
  const namesIn = async (part: string): Promise<string[]> => {
    const names = await readdir(join(store, part)).catch(() => [])
    return names.filter((name) => !name.endsWith('.tmp') && !name.endsWith('.claim'))
  }
  const pictures = (await namesIn('images')).sort()
  for (const name of pictures) {
    expect(`${sha256(await readFile(join(store, 'images', name)))}.png`).toBe(name)
  }
  const records = await namesIn('renders')
  for (const name of records) {
    expect(
      `${(JSON.parse(await readFile(join(store, 'renders', name), 'utf8')) as { key: string }).key}.json`,
    ).toBe(name)
  }
  return { pictures, records }
}

/** The folder that a message says paid pictures are in; fails when it says none. */
export function salvagedIn(output: string): string {
  const folder = /It is kept in (\S+)\. Make /.exec(output)?.[1]
  expect(folder, output).toBeDefined()
  return folder ?? ''
}

/** Do what the hint of a salvage says, in a store that can be written again. */
export async function copySalvaged(from: string, store: string): Promise<void> {
  for (const part of ['images', 'renders']) await cp(join(from, part), join(store, part), { recursive: true })
}

/** See that all is cached and that nothing more is asked for, by plan and by render. */
export async function expectCached(site: Site, mock: MockServer, env: Record<string, string>): Promise<void> {
  const { requests } = mock.stats
  const plan = await site.onetoken(env, 'plan')
  expect(plan.output).toContain(' 0 missing')
  expect(plan.status, plan.output).toBe(0)
  const render = await site.onetoken(env, 'render', '--yes')
  expect(render.output).toContain('Nothing is missing')
  expect(render.status, render.output).toBe(0)
  expect(mock.stats.requests).toBe(requests)
}
