import { expect, test } from 'vitest'
import { connectionFailure, isPassing, remoteFailed, type RemoteTrouble } from './failed.ts'

const coded = (code: string, more: object = {}): Error => Object.assign(new Error('words'), { code, ...more })

test.each<[string, unknown, RemoteTrouble, string, boolean]>([
  ['a name without address', coded('ENOTFOUND'), 'unreachable', 'it could not be reached (ENOTFOUND)', true],
  [
    'what fetch wraps',
    new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }),
    'unreachable',
    'it could not be reached (ECONNREFUSED)',
    true,
  ],
  [
    'what several addresses say',
    new TypeError('fetch failed', {
      cause: new AggregateError([coded('EHOSTUNREACH'), coded('ECONNREFUSED')]),
    }),
    'unreachable',
    'it could not be reached (EHOSTUNREACH)',
    true,
  ],
  ['a cut', coded('ECONNRESET'), 'unreachable', 'the connection was cut (ECONNRESET)', true],
  [
    'a certificate',
    new TypeError('fetch failed', { cause: coded('DEPTH_ZERO_SELF_SIGNED_CERT') }),
    'unreachable',
    'its certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)',
    false,
  ],
  [
    'silence',
    coded('UND_ERR_CONNECT_TIMEOUT'),
    'timeout',
    'it did not take the connection in time (UND_ERR_CONNECT_TIMEOUT)',
    false,
  ],
  ['no code', new TypeError('bad port'), 'unreachable', 'it could not be reached', true],
  ['no error', 'words', 'unreachable', 'it could not be reached', true],
  ['a code that is a text', coded('a\u001b[2J'), 'unreachable', 'it could not be reached', true],
])('%s', (_what, thrown, kind, why, passing) => {
  const failure = connectionFailure(thrown)
  expect(failure).toMatchObject({ kind, why })
  expect(isPassing(failure)).toBe(passing)
})

test('a cause keeps its words and nothing else', () => {
  const inner = coded('ECONNRESET', { request: { headers: { authorization: 'SECRET' } } })
  const cause = Object.assign(new TypeError('fetch failed', { cause: inner }), { $response: 'SECRET' })
  const error = remoteFailed(
    { verb: 'read', name: 'x', url: 's3://bucket' },
    { kind: 'unreachable', why: 'y', cause },
  )
  expect(error.cause).toMatchObject({ name: 'TypeError', message: 'fetch failed' })
  expect((error.cause as Error).cause).toMatchObject({ message: 'words', code: 'ECONNRESET' })
  expect(Object.keys(error.cause as object)).toEqual(['name'])
})
