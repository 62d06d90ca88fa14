import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeEach, expect, test } from 'vitest'
import type { Finding } from '../store/finding.ts'
import type { RenderRecord } from '../store/record.ts'
import { SELF } from '../store/sender.ts'
import { recordOf, temporaryFolder } from '../store/testing.ts'
import { openAcceptor } from './acceptor.ts'
import { createEngine, type Engine } from './engine.ts'
import { namedPicture } from './named-picture.ts'
import { survey } from './survey.ts'
import { verifyStore } from './verify.ts'

const SENT = '2026-01-02T00:00:00.000Z'
const AFTER = '2026-01-02T00:01:00.000Z'
const DEAD = { ...SELF, id: 'dead', pid: 4_000_000 }

let root = ''

beforeEach(async () => {
  root = await temporaryFolder()
  await words('a fox')
})

const words = (prompt: string): Promise<void> =>
  writeFile(join(root, 'images.yaml'), `version: 1\nimages:\n  hero: { prompt: ${prompt} }\n`)

function engineOf(warn: (message: string) => unknown = () => undefined): Engine {
  const log = { info: () => undefined, warn: (message: string): void => void warn(message) }
  return createEngine({ root, mode: 'production', purpose: 'command', env: {}, log })
}

const pictureOf = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 8, height: 6, channels: 3, background } })
    .png()
    .toBuffer()

/** A picture of `hero`, and the answer to a request for another one, which a run left that died. */
async function asked(changes: Partial<RenderRecord> = {}, isThere = true): Promise<[string, string]> {
  const { store, intents } = await engineOf().store()
  const key = await keyNow()
  const { spec } = namedPicture(await engineOf().project(), 'hero')
  const [fox, hare] = await Promise.all([pictureOf('#c63'), pictureOf('#36c')])
  const { endpoint, request, take } = spec.render
  const of = { key, name: 'hero', endpoint, request, take, edit: undefined, inputs: undefined }
  await store.prepare()
  await store.putImage(fox, 'png')
  if (isThere) await store.putImage(hare, 'png')
  const record = recordOf([fox], { ...of, created: '2026-01-01T00:00:00.000Z', ...changes })
  const arrived = recordOf([hare], { ...of, created: AFTER })
  await store.putRecord(record)
  await intents.write({ key, attempt: 1, label: 'hero', sender: DEAD, time: SENT, replaces: true, arrived })
  return [record.images[0]?.sha256 ?? '', arrived.images[0]?.sha256 ?? '']
}

async function keyNow(): Promise<string> {
  const engine = engineOf()
  const { spec } = namedPicture(await engine.project(), 'hero')
  return (await (await engine.family()).identify(spec)).key
}

async function hashAt(key: string): Promise<string | undefined> {
  const lookup = await (await engineOf().store()).store.find(key)
  return lookup.state === 'found' ? lookup.record.images[0]?.sha256 : undefined
}

async function found(repair = false): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of verifyStore(engineOf(), { repair })) findings.push(finding)
  return findings.filter(({ kind }) => kind === 'request')
}

const toldOf = (findings: readonly Finding[]): string =>
  findings.map(({ severity, message, hint }) => `${severity}: ${message}\n${hint}`).join('\n')

test('verify says that builds use it, which is so', async () => {
  const [, hare] = await asked()
  expect(toldOf(await found())).toMatchInlineSnapshot(`
    "problem: hero was paid for by a run that ended before it was kept, and what had arrived is there.
    The next build uses it, or bring it in now: npx --no-install onetoken verify --repair
    To keep the picture that is there, and hear no more of it: npx --no-install onetoken accept hero"
  `)
  await survey(engineOf())
  expect(await hashAt(await keyNow())).toBe(hare)
  expect(await found()).toEqual([])
})

test('verify brings it in', async () => {
  const [, hare] = await asked()
  expect(toldOf(await found(true))).toMatchInlineSnapshot(`
    "repaired: hero was paid for by a run that ended before it was kept, and what had arrived is there. It is kept now.
    undefined"
  `)
  expect(await hashAt(await keyNow())).toBe(hare)
})

test('verify promises nothing where none of it is there', async () => {
  const [fox] = await asked({}, false)
  const told = toldOf(await found())
  expect(told).toMatchInlineSnapshot(`
    "problem: hero was asked for on 2026-01-02 00:00 UTC, and no answer was kept: it may have been billed.
    Look at the usage log of your account first. To pay for it (again): npx --no-install onetoken render hero --again
    To keep the picture that is there, and hear no more of it: npx --no-install onetoken accept hero"
  `)
  expect(toldOf(await found(true))).toBe(told)
  await survey(engineOf())
  expect(await hashAt(await keyNow())).toBe(fox)
})

test('what only stands in is not advised to be kept in its place', async () => {
  await asked({ origin: { kind: 'imported', file: 'fox.png', until: 'rendered' } })
  expect(toldOf(await found())).not.toContain('accept')
})

test('who accepts the picture that is there keeps it, and the answer beside it', async () => {
  const [fox, hare] = await asked()
  const plan = await (await openAcceptor(engineOf())).plan('hero')
  if (plan.state !== 'present') throw new Error(plan.state)
  expect(plan.record.images).toMatchObject([{ sha256: fox }])
  const key = await keyNow()
  expect(await hashAt(key)).toBe(fox)
  const answer = (await plan.settle?.()) ?? ''
  expect([await hashAt(key), await hashAt(answer)]).toEqual([fox, hare])
  expect(await found()).toEqual([])
  await survey(engineOf())
  expect(await hashAt(key)).toBe(fox)
  // What was never used is no picture that the entry had.
  await words('a hare')
  const next = await (await openAcceptor(engineOf())).plan('hero')
  expect(next).toMatchObject({ state: 'acceptable', from: { images: [{ sha256: fox }] } })
  await words('a fox')
  const other = await (await openAcceptor(engineOf())).plan('hero', { from: answer, replace: true })
  if (other.state === 'acceptable') await other.accept()
  expect(await hashAt(key)).toBe(hare)
})

test('a picture that was brought for good, and was kept, stays whatever its words become', async () => {
  await asked({ origin: { kind: 'imported', file: 'fox.png' } })
  const uses = await keyNow()
  const plan = await (await openAcceptor(engineOf())).plan('hero')
  await (plan.state === 'present' && plan.settle?.())
  await words('a hare')
  const { renders } = await survey(engineOf())
  expect(renders).toMatchObject([{ state: 'cached', uses }])
})

test('an accepted picture that takes the place of another one is not replaced by the answer', async () => {
  const [fox, hare] = await asked()
  const key = await keyNow()
  const { store } = await engineOf().store()
  const boat = await pictureOf('#333')
  await store.putImage(boat, 'png')
  const from = 'b'.repeat(64)
  const record = recordOf([boat], { key: from, name: 'boat' })
  await store.putRecord(record)
  const plan = await (await openAcceptor(engineOf())).plan('hero', { from, replace: true })
  if (plan.state !== 'acceptable') throw new Error(plan.state)
  await plan.accept()
  expect(await hashAt(key)).toBe(record.images[0]?.sha256)
  await survey(engineOf())
  expect(await hashAt(key)).toBe(record.images[0]?.sha256)
  const all = await Promise.all((await store.keys()).map(hashAt))
  expect(all).toEqual(expect.arrayContaining([fox, hare]))
})
