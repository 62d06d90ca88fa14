// One measurement of test/bench/store.mjs, in a process that does nothing else; prints its figures as JSON.
// The sources are imported as they are: the package has no entry for its store.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import cacache from 'cacache'
import { checkStore } from '../../packages/unplugin-onetoken/src/store/check.ts'
import { openFileStore } from '../../packages/unplugin-onetoken/src/store/file-store.ts'
import { imageFormat } from '../../packages/unplugin-onetoken/src/variants/magic.ts'

const [what, side, folder, ...numbers] = process.argv.slice(2)
const [renders, bytes] = numbers.map(Number)
const ours = join(folder, 'onetoken')
const theirs = join(folder, 'cacache')
const store = openFileStore(ours)

const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const keyOf = (index) => sha256(`render ${index}`)

function allKeys() {
  return Array.from({ length: renders }, (_, index) => keyOf(index))
}

/** Stands in for a picture: it begins like a PNG, and no two of them are equal. */
function pictureOf(index) {
  const seed = createHash('sha512').update(`picture ${index}`).digest()
  const picture = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += seed.length) seed.copy(picture, at)
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1').copy(picture)
  return picture
}

function recordOf(index) {
  const picture = pictureOf(index)
  return {
    version: 1,
    key: keyOf(index),
    name: `picture-${index}`,
    provider: 'onetoken',
    endpoint: 'generations',
    request: {
      model: 'gpt-image-2',
      prompt: `Two red cabins above a fjord at dusk, mist on the water, number ${index}`,
      n: 1,
      size: '1536x1024',
      quality: 'medium',
    },
    take: 1,
    images: [{ sha256: sha256(picture), format: 'png', width: 1536, height: 1024, bytes }],
    usage: { input_tokens: 21, output_tokens: 1372, input_tokens_details: { text_tokens: 21 } },
    cost: { usd: 0.041, from: 'usage' },
    requestId: `req-${index}`,
    created: '2026-01-02T03:04:05.000Z',
  }
}

/** Do something for each of many, `limit` of them at a time. */
async function each(many, limit, work) {
  const items = many.values()
  const worker = async () => {
    for (const item of items) await work(item)
  }
  await Promise.all(Array.from({ length: limit }, worker))
}

/** Keep all renders where as many are not there yet. */
async function make(keep, count) {
  const begun = performance.now()
  if ((await count()) !== renders) await each([...allKeys().keys()], 16, keep)
  return { renders: await count(), wall: (performance.now() - begun) / 1000 }
}

const MAKE = {
  onetoken: () =>
    make(
      async (index) => {
        await store.putImage(pictureOf(index), 'png')
        await store.putRecord(recordOf(index))
      },
      async () => (existsSync(join(ours, 'renders')) ? (await readdir(join(ours, 'renders'))).length : 0),
    ),
  cacache: () =>
    make(
      (index) =>
        cacache.put(theirs, keyOf(index), pictureOf(index), {
          algorithms: ['sha256'],
          metadata: recordOf(index),
        }),
      async () => Object.keys(await cacache.ls(theirs)).length,
    ),
}

/** What a build asks of the store for each picture that it has: the record of a key. */
const LOOK_UP = {
  onetoken: async (key) => (await store.find(key)).record.key,
  cacache: async (key) => (await cacache.get.info(theirs, key)).metadata.key,
  files: async (key) => JSON.parse(await readFile(join(ours, 'renders', `${key}.json`), 'utf8')).key,
}

/** Every key once, in an order that no cache expects. */
async function lookup(lookUp) {
  const keys = allKeys().sort((one, other) => (one.slice(32) < other.slice(32) ? -1 : 1))
  const times = new Float64Array(renders)
  // The first ones load and compile what the others use.
  for (const key of keys.slice(0, 500)) await lookUp(key)
  const before = held()
  const begun = performance.now()
  let found = 0
  for (const [at, key] of keys.entries()) {
    const from = performance.now()
    found += (await lookUp(key)) === key ? 1 : 0
    times[at] = performance.now() - from
  }
  const wall = (performance.now() - begun) / 1000
  const after = held()
  times.sort()
  return {
    renders: found,
    wall,
    p50: times[Math.floor(renders * 0.5)],
    p99: times[Math.floor(renders * 0.99)],
    slowest: times.at(-1),
    heapGrowth: (after.heap - before.heap) / 1e6,
    rssGrowth: (after.rss - before.rss) / 1e6,
  }
}

function held() {
  for (let turn = 0; turn < 3; turn++) globalThis.gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, rss }
}

/** As in the check of the store. */
const AT_ONCE = 4

/** Read every record and every byte of its picture, and compare that with its digest. */
const VERIFY = {
  async onetoken() {
    let seen = 0
    const watcher = { begin: () => {}, record: () => {}, picture: () => (seen += 1), other: () => {} }
    for await (const { severity, message } of checkStore(store, {
      format: imageFormat,
      now: Date.now,
      watcher,
    })) {
      if (severity === 'problem') throw new Error(message)
    }
    return seen
  },
  // Not its own `verify`, which writes the whole index anew: this is no more than is done on the other sides.
  async cacache() {
    let seen = 0
    await each(allKeys(), AT_ONCE, async (key) => {
      const { data, metadata } = await cacache.get(theirs, key)
      seen += data.length === metadata.images[0].bytes ? 1 : 0
    })
    return seen
  },
  async files() {
    let seen = 0
    const names = await readdir(join(ours, 'renders'))
    await each(names, AT_ONCE, async (name) => {
      const record = JSON.parse(await readFile(join(ours, 'renders', name), 'utf8'))
      const hash = record.images[0].sha256
      const picture = await readFile(join(ours, 'images', `${hash}.png`))
      seen += sha256(picture) === hash ? 1 : 0
    })
    return seen
  },
}

async function verify(all) {
  const before = held()
  const begun = performance.now()
  const found = await all()
  const wall = (performance.now() - begun) / 1000
  // In kilobytes, by Node's documentation, on every system.
  const peak = process.resourceUsage().maxRSS / 1e3
  return { renders: found, wall, peakRss: peak, peakGrowth: peak - before.rss / 1e6 }
}

const figures =
  what === 'make'
    ? await MAKE[side]()
    : what === 'lookup'
      ? await lookup(LOOK_UP[side])
      : await verify(VERIFY[side])
console.log(JSON.stringify(figures))
