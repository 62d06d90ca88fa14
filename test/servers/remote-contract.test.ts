import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { OneTokenError } from '../../packages/unplugin-onetoken/src/errors.ts'
import { openRemote } from '../../packages/unplugin-onetoken/src/store/remote/open.ts'
import type { Remote } from '../../packages/unplugin-onetoken/src/store/remote/types.ts'
import { missingForNginx, startNginx } from './nginx.ts'
import { missingForRadosGateway, startRadosGateway, type S3User } from './radosgw.ts'

/** A server that runs, and remote stores on it. */
interface Served {
  remote: Remote
  /** The same store for somebody who may not use it. */
  stranger: Remote
  /** A store that has no room for {@link PICTURE}. */
  full: Remote
  stop(): Promise<void>
}

/** A kind of server. */
interface Kind {
  name: string
  /** Programs that are not installed here. */
  missing: string[]
  isExclusive: boolean
  start(): Promise<Served>
}

const ROOM = 65_536
const PICTURE = Buffer.alloc(3_000_000, 'a picture of three megabytes; ')
const RECORD = Buffer.from('{ "words": "狐狸" }\n')
const NAME = 'renders/0123456789abcdef.json'

const KINDS: Kind[] = [
  {
    name: 'nginx',
    missing: missingForNginx(),
    isExclusive: false,
    async start() {
      const authorization = `Basic ${Buffer.from('builder:secret').toString('base64')}`
      const roomy = await startNginx({ user: 'builder:secret' })
      const narrow = await startNginx({ largest: ROOM })
      const at = (url: string): Parameters<typeof openRemote>[0] => ({
        url: `${url}/sites/fox`,
        endpoint: undefined,
        region: undefined,
      })
      return {
        remote: openRemote(at(roomy.url), { authorization }),
        stranger: openRemote(at(roomy.url), { authorization: undefined }),
        full: openRemote(at(narrow.url), { authorization: undefined }),
        stop: async () => void (await Promise.all([roomy.stop(), narrow.stop()])),
      }
    },
  },
  {
    name: 'radosgw',
    missing: missingForRadosGateway(),
    isExclusive: true,
    async start() {
      const { endpoint, addUser, addBucket, stop } = await startRadosGateway()
      const builder = await addUser('builder')
      const poor = await addUser('poor', ROOM)
      await addBucket('pictures', builder)
      await addBucket('few-pictures', poor)
      const at = async (bucket: string, user: S3User): Promise<Remote> => {
        const url = `s3://${bucket}/sites/fox`
        const remote = openRemote({ url, endpoint, region: 'auto' }, { authorization: undefined })
        // The SDK reads its credentials at the first use.
        vi.stubEnv('AWS_ACCESS_KEY_ID', user.accessKeyId)
        vi.stubEnv('AWS_SECRET_ACCESS_KEY', user.secretAccessKey)
        await remote.has('first use').catch(() => undefined)
        return remote
      }
      return {
        remote: await at('pictures', builder),
        stranger: await at('pictures', { ...builder, secretAccessKey: 'guessed' }),
        full: await at('few-pictures', poor),
        stop,
      }
    },
  },
]

const isRequired = process.env['REQUIRE_SERVERS'] === '1'
for (const { name, missing } of KINDS) {
  if (missing.length > 0 && !isRequired) {
    console.warn(`Remote stores are not tried on ${name}: there is no ${missing.join(', no ')} in PATH.`)
  }
}

describe.each(KINDS)('a remote store on $name', ({ name, missing, isExclusive, start }) => {
  describe.skipIf(missing.length > 0 && !isRequired)('that runs', () => {
    let served: Served
    beforeAll(async () => {
      if (missing.length > 0) {
        throw new Error(`REQUIRE_SERVERS=1, and for ${name} there is no ${missing.join(', no ')} in PATH.`)
      }
      served = await start()
    })
    afterEach(async () => {
      await served.remote.remove(NAME).catch(() => undefined)
    })
    afterAll(async () => {
      vi.unstubAllEnvs()
      await served?.stop()
    })

    it('has nothing at first', async () => {
      const { remote } = served
      expect(remote.isExclusive).toBe(isExclusive)
      expect(await remote.has(NAME)).toBe(false)
      expect(await remote.read(NAME, 1000)).toBeUndefined()
      await expect(remote.remove(NAME)).resolves.toBeUndefined()
    })

    it('keeps what is created, byte for byte, and how old it is', async () => {
      const { remote } = served
      expect(await remote.create(NAME, RECORD)).toBe('created')
      expect(await remote.has(NAME)).toBe(true)
      const file = await remote.read(NAME, RECORD.length)
      expect(file?.bytes).toEqual(RECORD)
      expect(file?.age).toBeGreaterThanOrEqual(0)
      expect(file?.age).toBeLessThan(60_000)
    })

    it('tells the age by its own clock', async () => {
      const { remote } = served
      await remote.create(NAME, RECORD)
      await new Promise((resolve) => setTimeout(resolve, 2_100))
      expect((await remote.read(NAME, 1000))?.age).toBeGreaterThanOrEqual(1_000)
    })

    it('does not create what is there', async () => {
      const { remote } = served
      await remote.create(NAME, RECORD)
      expect(await remote.create(NAME, Buffer.from('other'))).toBe('exists')
      expect((await remote.read(NAME, 1000))?.bytes).toEqual(RECORD)
    })

    it('replaces and removes', async () => {
      const { remote } = served
      await remote.replace(NAME, RECORD)
      await remote.replace(NAME, Buffer.from('other'))
      expect((await remote.read(NAME, 1000))?.bytes).toEqual(Buffer.from('other'))
      await remote.remove(NAME)
      expect(await remote.has(NAME)).toBe(false)
      expect(await remote.create(NAME, RECORD)).toBe('created')
    })

    it('lists what begins so, where it lists at all', async () => {
      const { remote } = served
      const names = ['claims/ab.1.json', 'claims/ab.12.json', 'claims/abc.1.json']
      for (const name of names) await remote.create(name, RECORD)
      const listed = await remote.list('claims/ab.')
      expect(listed?.sort()).toEqual(isExclusive ? ['claims/ab.1.json', 'claims/ab.12.json'] : undefined)
      if (isExclusive) expect(await remote.list('claims/b')).toEqual([])
      for (const name of names) await remote.remove(name)
    })

    it('keeps files of no bytes and of many', async () => {
      const { remote } = served
      await remote.create(NAME, Buffer.alloc(0))
      expect((await remote.read(NAME, 0))?.bytes).toEqual(Buffer.alloc(0))
      const image = 'images/0123.png'
      expect(await remote.create(image, PICTURE)).toBe('created')
      expect((await remote.read(image, PICTURE.length))?.bytes.equals(PICTURE)).toBe(true)
      await remote.remove(image)
    })

    it('gives nothing of a file that is larger than allowed', async () => {
      const { remote } = served
      await remote.replace(NAME, PICTURE)
      const failure = await failureOf(remote.read(NAME, PICTURE.length - 1))
      expect(failure.message).toContain('it is larger than 2999999 bytes')
      expect((await remote.read(NAME, PICTURE.length))?.bytes.length).toBe(PICTURE.length)
    })

    it.runIf(isExclusive)('has one winner of sixteen who create a name at once', async () => {
      const { remote } = served
      for (let round = 0; round < 5; round++) {
        const outcomes = await Promise.all(
          Array.from({ length: 16 }, async (_, number) => {
            const bytes = Buffer.from(`claim ${number}`)
            const outcome = await remote.create(NAME, bytes)
            return { number, outcome, seen: (await remote.read(NAME, 1000))?.bytes.toString() }
          }),
        )
        const winners = outcomes.filter(({ outcome }) => outcome === 'created')
        expect(winners).toHaveLength(1)
        expect(new Set(outcomes.map(({ seen }) => seen))).toEqual(new Set([`claim ${winners[0]?.number}`]))
        await remote.remove(NAME)
      }
    })

    it('refuses strangers, and says nothing of a password', async () => {
      const { remote, stranger } = served
      await remote.create(NAME, RECORD)
      for (const work of [
        () => stranger.read(NAME, 1000),
        () => stranger.has(NAME),
        () => stranger.create(NAME, RECORD),
        () => stranger.replace(NAME, Buffer.from('other')),
        () => stranger.remove(NAME),
      ]) {
        const failure = await failureOf(work())
        expect(failure.details).toMatchObject({ kind: 'denied' })
        expect(`${failure.message}${failure.hint}${String(failure.cause)}`).not.toMatch(/guessed|secret$/)
      }
      expect((await remote.read(NAME, 1000))?.bytes).toEqual(RECORD)
    })

    it('says that it is full', async () => {
      const { full } = served
      expect(await full.create(NAME, RECORD)).toBe('created')
      expect((await failureOf(full.create('images/0123.png', PICTURE))).details).toMatchObject({
        kind: 'full',
      })
      expect(await full.has('images/0123.png')).toBe(false)
      expect((await full.read(NAME, 1000))?.bytes).toEqual(RECORD)
    })

    it('is unreachable when it is stopped', async () => {
      const { remote, stop } = served
      await stop()
      for (const work of [
        () => remote.read(NAME, 1000),
        () => remote.has(NAME),
        () => remote.create(NAME, RECORD),
        () => remote.replace(NAME, RECORD),
        () => remote.remove(NAME),
      ]) {
        expect((await failureOf(work())).details).toEqual({ kind: 'unreachable', status: undefined })
      }
    })
  })
})

describe.skipIf(missingForNginx().length > 0 && !isRequired)('an nginx', () => {
  it('that makes no folders says what it lacks', async () => {
    const { url, stop } = await startNginx({ makesFolders: false })
    try {
      const remote = openRemote({ url, endpoint: undefined, region: undefined }, { authorization: undefined })
      const failure = await failureOf(remote.create(NAME, RECORD))
      expect(failure.details).toEqual({ kind: 'unexpected', status: 500 })
      expect(failure.hint).toContain('create_full_put_path on')
    } finally {
      await stop()
    }
  })
})

/** The error with which work fails. */
async function failureOf(work: Promise<unknown>): Promise<OneTokenError> {
  const outcome = await work.catch((error: unknown) => error)
  if (outcome instanceof OneTokenError) return outcome
  throw new Error(`expected a OneTokenError, got ${String(outcome)}`, { cause: outcome })
}
