import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { openFileStore } from '../store/file-store.ts'
import { openIntents } from '../store/intents.ts'
import { KEY, recordOf, temporaryFolder } from '../store/testing.ts'
import { createEngine, type Engine } from './engine.ts'
import { verifyStore } from './verify.ts'

let root = ''
beforeEach(async () => {
  root = await temporaryFolder()
})

const FOX = Buffer.from('PNG of a fox')
const OTHER = 'f'.repeat(64)

function engineOf(changes: Partial<Engine> = {}): Engine {
  const log = { info: () => undefined, warn: () => undefined }
  return { ...createEngine({ root, mode: 'production', purpose: 'command', env: {}, log }), ...changes }
}

async function verified(repair: boolean, engine = engineOf()): Promise<string[]> {
  const found: string[] = []
  for await (const { severity, kind, message } of verifyStore(engine, { repair })) {
    found.push(`${severity} ${kind}: ${message.replaceAll(root, '<root>').replaceAll(KEY, '<key>')}`)
  }
  return found
}

/** A store with a picture that a run had in hand which died. */
async function abandoned(): Promise<void> {
  const store = openFileStore(join(root, 'onetoken'))
  await store.prepare()
  await store.putImage(FOX, 'png')
  const sender = { id: 'another', pid: 1, host: 'elsewhere', namespace: '' }
  await openIntents(store.cache).write({
    key: KEY,
    attempt: 1,
    label: 'hero',
    sender,
    time: '2026-01-02T03:04:05.678Z',
    failure: 'the disk was full',
    arrived: recordOf([FOX]),
  })
}

test('one request that cannot be read keeps nobody from hearing of the others', async () => {
  await abandoned()
  await mkdir(join(root, `onetoken/.cache/intents/${OTHER}.1.json`))
  expect(await verified(false)).toMatchInlineSnapshot(`
    [
      "problem request: hero was paid for by a run that ended before it was kept, and what had arrived is there. What happened: the disk was full",
      "problem request: The store cannot be read: EISDIR: illegal operation on a directory, read",
      "note orphan: <root>/onetoken/images/c5f7f6836ce0d49bdf0ceb9a924e031167cdcf5062135a93c2d059b9040898a6.png is the answer to a request, and has no record yet.",
    ]
  `)
})

test('an answer that cannot be kept is told, and so is all else', async () => {
  await abandoned()
  const finishAbandoned = (): Promise<never> => Promise.reject(new OneTokenError('STORE_WRITE', 'no room'))
  await writeFile(join(root, 'onetoken/.cache/quarantine'), 'no folder')
  expect(await verified(true, engineOf({ finishAbandoned }))).toMatchInlineSnapshot(`
    [
      "problem request: no room",
      "note orphan: <root>/onetoken/images/c5f7f6836ce0d49bdf0ceb9a924e031167cdcf5062135a93c2d059b9040898a6.png is the answer to a request, and has no record yet.",
      "problem quarantine: The store cannot be read: ENOTDIR: not a directory, scandir '<root>/onetoken/.cache/quarantine'",
    ]
  `)
})

test('a request for words that nothing has any more is good to know, and no problem', async () => {
  const store = openFileStore(join(root, 'onetoken'))
  await store.prepare()
  const sender = { id: 'another', pid: 1, host: 'elsewhere', namespace: '' }
  const label = 'hero'
  const intent = { key: KEY, attempt: 1, label, sender, time: '2026-01-02T03:04:05.678Z' }
  await openIntents(store.cache).write({ ...intent, failure: 'it broke off.' })
  const lost =
    'hero was asked for on 2026-01-02 03:04 UTC from elsewhere, and may have been billed. What happened: it broke off.'
  // Who cannot know whether something asks for it, takes it for a problem.
  expect(await verified(false)).toEqual([`problem request: ${lost}`])
  await writeFile(join(root, 'images.yaml'), 'version: 1\nimages:\n  hero: { prompt: other words }\n')
  expect(await verified(false)).toEqual([`note request: ${lost}`])
  for await (const { hint } of verifyStore(engineOf(), { repair: false }))
    expect(hint).not.toContain('--again')
})
