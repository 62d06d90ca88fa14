import type * as Sdk from '@aws-sdk/client-s3'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../testing.ts'
import { openS3Remote, type S3RemoteOptions } from './s3.ts'
import { hangs, hangsUp, LONG, nowhere, says, serverWith, SHORT, type Answer } from './testing.ts'
import type { Remote } from './types.ts'

const NAME = 'renders/ab.json'
const BYTES = Buffer.from('{ "bytes": 1 }')

// To load it takes longer than these tests wait for a server.
beforeAll(async () => {
  stubCredentials()
  // It loads parts of itself when they are needed.
  const unused = openS3Remote({ url: 's3://bucket', endpoint: await nowhere(), region: 'auto' })
  await unused.has(NAME).catch(() => undefined)
})
beforeEach(stubCredentials)
afterEach(() => vi.unstubAllEnvs())

/** The SDK loads more of itself with each new kind of request, which takes long on a busy machine. */

function stubCredentials(): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'SECRET')
}

const open = (endpoint: string, changes: Partial<S3RemoteOptions> = {}): Remote =>
  openS3Remote({ url: 's3://bucket/a/b', endpoint, region: 'auto', patience: LONG, ...changes })

/** An error as S3 tells it. */
const code = (status: number, name: string): Answer =>
  says(status, `<?xml version="1.0"?><Error><Code>${name}</Code><Message>SECRET words</Message></Error>`, {
    'content-type': 'application/xml',
  })

describe('requests', () => {
  test('name the bucket in the path, sign, and ask for neither checksums nor leave', async () => {
    const { url, asked, headers } = await serverWith(says(200))
    const remote = open(url)
    expect(await remote.create(NAME, BYTES)).toBe('created')
    await remote.replace('images/ab.png', BYTES)
    expect(await remote.has(NAME)).toBe(true)
    await remote.remove(NAME)
    await remote.close()
    expect(asked.map((line) => line.replace(/\?.*/, ''))).toEqual([
      `PUT /bucket/a/b/${NAME}`,
      'PUT /bucket/a/b/images/ab.png',
      `HEAD /bucket/a/b/${NAME}`,
      `DELETE /bucket/a/b/${NAME}`,
    ])
    const [create, replace] = headers
    expect(create).toMatchObject({
      'if-none-match': '*',
      'content-type': 'application/json',
      'content-length': `${BYTES.length}`,
    })
    expect(create?.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d+\/auto\/s3\//)
    expect(replace).toMatchObject({ 'content-type': 'image/png' })
    expect(replace).not.toHaveProperty('if-none-match')
    await open(url).replace(NAME, Buffer.alloc(3_000_000))
    expect(headers.at(-1)).not.toHaveProperty('expect')
    expect(Object.keys(create ?? {}).filter((name) => name.includes('checksum'))).toEqual([])
  })

  test('have no prefix where none is wanted', async () => {
    const { url, asked } = await serverWith(says(200))
    await open(url, { url: 's3://bucket' }).has(NAME)
    expect(asked).toEqual([`HEAD /bucket/${NAME}`])
  })

  test('give the bytes, and their age by the clock of the server', async () => {
    const dates = {
      'last-modified': 'Mon, 05 Jan 2026 10:00:00 GMT',
      date: 'Mon, 05 Jan 2026 10:01:30 GMT',
    }
    const { url } = await serverWith(says(200, BYTES.toString(), dates))
    expect(await open(url).read(NAME, 100)).toEqual({ bytes: BYTES, age: 90_000 })
  })

  test('list names without the prefix', async () => {
    const contents = ['a/b/claims/ab.1.json', 'a/b/claims/ab.2.json'].map(
      (key) => `<Contents><Key>${key}</Key></Contents>`,
    )
    const list = `<?xml version="1.0"?><ListBucketResult>${contents.join('')}</ListBucketResult>`
    const { url, asked } = await serverWith(says(200, list, { 'content-type': 'application/xml' }))
    expect(await open(url).list('claims/ab.')).toEqual(['claims/ab.1.json', 'claims/ab.2.json'])
    expect(asked[0]).toMatch(/^GET \/bucket\/?\?/)
    expect(new URL(asked[0]?.slice(4) ?? '', url).searchParams.get('prefix')).toBe('a/b/claims/ab.')
  })

  test('find nothing', async () => {
    const { url } = await serverWith(code(404, 'NoSuchKey'), says(404))
    expect(await open(url).read(NAME, 100)).toBeUndefined()
    expect(await open(url).has(NAME)).toBe(false)
  })
})

describe('creating', () => {
  test('is later than somebody else with 412', async () => {
    const { url, asked } = await serverWith(code(412, 'PreconditionFailed'))
    expect(await open(url).create(NAME, BYTES)).toBe('exists')
    expect(asked).toHaveLength(1)
  })

  test('is tried again while two conflict', async () => {
    const { url, asked } = await serverWith(code(409, 'ConditionalRequestConflict'), says(200))
    expect(await open(url).create(NAME, BYTES)).toBe('created')
    expect(asked).toHaveLength(2)
  })

  test.each([
    ['its own', BYTES.toString(), 'created'],
    [`somebody else's`, 'other', 'exists'],
    ['longer', `${BYTES.toString()} and more`, 'exists'],
  ])('that lost its answer finds %s', async (_whose, there, expected) => {
    const { url } = await serverWith(hangsUp, code(412, 'PreconditionFailed'), says(200, there))
    expect(await open(url).create(NAME, BYTES)).toBe(expected)
  })

  test('alone is sent again', async () => {
    const { url, asked } = await serverWith(code(503, 'SlowDown'))
    await failureOf(open(url).replace(NAME, BYTES))
    await failureOf(open(url).remove(NAME))
    expect(asked).toHaveLength(2)
    await failureOf(open(url).create(NAME, BYTES))
    expect(asked).toHaveLength(5)
  })
})

describe('a server in trouble', () => {
  test.each<[string, Answer]>([
    ['500', code(500, 'InternalError')],
    ['503', code(503, 'SlowDown')],
    ['a page of a proxy', says(502, '<html><h1>Bad gateway</h1></html>')],
    ['a lost connection', hangsUp],
  ])('is asked again after %s', async (_what, answer) => {
    const { url, asked } = await serverWith(answer, says(200, BYTES.toString()))
    expect((await open(url).read(NAME, 100))?.bytes).toEqual(BYTES)
    expect(asked).toHaveLength(2)
  })

  test.each<[string, Answer, string]>([
    ['before it answers', hangs, 'it did not answer within 1 s'],
    [
      'in the middle of a body',
      (response) => void response.writeHead(200).write('{'),
      'it was not done within 2 s',
    ],
  ])('is waited for so long when it hangs %s', async (_where, answer, why) => {
    const { url } = await serverWith(answer)
    const failure = await failureOf(open(url, { patience: SHORT }).read(NAME, 100))
    expect(failure.details).toEqual({ kind: 'timeout', status: undefined })
    expect(failure.message).toContain(why)
  })

  test('gives nothing of a body that was cut', async () => {
    const { url, asked } = await serverWith((response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{ "by', () => response.destroy())
    })
    expect((await failureOf(open(url).read(NAME, 100))).details).toMatchObject({ kind: 'unreachable' })
    expect(asked).toHaveLength(3)
  })

  test('stops at a body that is too large', async () => {
    let close = (): void => undefined
    const closed = new Promise<void>((resolve) => (close = resolve))
    const { url } = await serverWith((response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write(Buffer.alloc(65_536)), 1)
      response.once('close', () => {
        clearInterval(timer)
        close()
      })
    })
    expect((await failureOf(open(url).read(NAME, 100))).message).toContain('it is larger than 100 bytes')
    await closed
  })

  test('that is not there is unreachable', async () => {
    expect((await failureOf(open(await nowhere()).read(NAME, 100))).details).toEqual({
      kind: 'unreachable',
      status: undefined,
    })
  })
})

describe('the SDK', () => {
  test('is loaded at the first use, and once', async () => {
    const { url } = await serverWith(says(200))
    const load = vi.fn<() => Promise<typeof Sdk>>(() => import('@aws-sdk/client-s3'))
    const remote = open(url, { load })
    await remote.close()
    expect(load).not.toHaveBeenCalled()
    await Promise.all([remote.has(NAME), remote.has(NAME)])
    expect(load).toHaveBeenCalledOnce()
  })

  test('that is not installed is named', async () => {
    const missing = Object.assign(new Error(`Cannot find package '@aws-sdk/client-s3' imported from /x`), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    const failure = await failureOf(
      open('http://127.0.0.1:9', { load: () => Promise.reject(missing) }).has(NAME),
    )
    expect(failure.message).toContain('the package @aws-sdk/client-s3 is not installed')
    expect(failure.hint).toBe('Install it: npm install -D @aws-sdk/client-s3')
  })

  test('that asks for credentials without end is not waited for', async () => {
    const { url } = await serverWith(says(200))
    const load = (): Promise<typeof Sdk> => new Promise(() => undefined)
    expect((await failureOf(open(url, { load, patience: SHORT }).has(NAME))).details).toMatchObject({
      kind: 'timeout',
    })
  })
})

describe('what a person is told', () => {
  const told = async (answer: Answer, work: (remote: Remote) => Promise<unknown>): Promise<string> => {
    const { url } = await serverWith(answer)
    const { message, hint, details } = await failureOf(work(open(url)))
    expect(`${message}${hint}`).not.toContain('SECRET')
    return `${String(details?.['kind'])}: ${message}\n> ${hint}`
  }
  const read = (remote: Remote): Promise<unknown> => remote.read(NAME, 100)
  const write = (remote: Remote): Promise<unknown> => remote.replace(NAME, BYTES)

  test('says what, why, and what to do', async () => {
    const all = [
      await told(code(403, 'AccessDenied'), read),
      await told(says(403), (remote) => remote.has(NAME)),
      await told(code(403, 'QuotaExceeded'), write),
      await told(code(507, 'XMinioStorageFull'), write),
      await told(code(404, 'NoSuchBucket'), read),
      await told(code(500, 'InternalError'), read),
      await told(
        says(301, '<Error><Code>PermanentRedirect</Code></Error>', { 'x-amz-bucket-region': 'eu-west-1' }),
        read,
      ),
      await told(says(418, '<h1>I am a teapot</h1>'), write),
    ]
    expect(all.join('\n\n')).toMatchInlineSnapshot(`
      "denied: renders/ab.json could not be read from s3://bucket/a/b: it refused access (403 AccessDenied).
      > Check the credentials, and that they allow s3:GetObject, and for writing s3:PutObject and s3:DeleteObject.
      Without s3:ListBucket, S3 answers 403 for names that are not there, too.

      denied: renders/ab.json could not be looked up in s3://bucket/a/b: it refused access (403).
      > Check the credentials, and that they allow s3:GetObject, and for writing s3:PutObject and s3:DeleteObject.
      Without s3:ListBucket, S3 answers 403 for names that are not there, too.

      full: renders/ab.json could not be written to s3://bucket/a/b: it is full (403 QuotaExceeded).
      > Make room there, or have its limit raised.

      full: renders/ab.json could not be written to s3://bucket/a/b: it is full (507 XMinioStorageFull).
      > Make room there, or have its limit raised.

      unexpected: renders/ab.json could not be read from s3://bucket/a/b: it has no such bucket (404 NoSuchBucket).
      > Check bucket, "endpoint" and "region" of the setting "remote".

      unexpected: renders/ab.json could not be read from s3://bucket/a/b: it answered 500 InternalError.
      > Check the setting "remote", and look into the log of the server.

      unexpected: renders/ab.json could not be read from s3://bucket/a/b: it answered 301 PermanentRedirect.
      > Set "region" of "remote" to eu-west-1.

      unexpected: renders/ab.json could not be written to s3://bucket/a/b: it answered 418.
      > Check the setting "remote", and look into the log of the server."
    `)
  })

  test('says that there is no region, and that there are no credentials', async () => {
    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
    const amazon = openS3Remote({
      url: 's3://bucket',
      endpoint: undefined,
      region: undefined,
      patience: SHORT,
    })
    expect((await failureOf(amazon.has(NAME))).message).toContain('the AWS SDK found no region')
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    const failure = await failureOf(open(await nowhere()).has(NAME))
    expect(failure.message).toContain('the AWS SDK found no credentials')
    expect(failure.details).toEqual({ kind: 'denied', status: undefined })
  })
})
