import { describe, expect, test } from 'vitest'
import type { Environment } from '../project/environment.ts'
import { imageSpec } from '../spec/image-spec.ts'
import { findLeak, refuseSecretWords } from './secret-guard.ts'

const KEY = 'sk-canary\\0123456789'
const PLACE = { file: '/site/images.yaml', line: 3, column: 5 }

const environment = (changes: Partial<Environment>): Environment => ({
  apiKey: KEY,
  baseURL: 'https://api.onetoken.one',
  frozen: undefined,
  remoteAuthorization: undefined,
  ci: false,
  ...changes,
})

function refusalOf(parameters: object, changes: Partial<Environment> = {}, name?: string): unknown {
  const spec = imageSpec(parameters, { name, base: '/site', place: PLACE, defaults: [], styles: {} })
  try {
    refuseSecretWords(spec, environment(changes))
    return undefined
  } catch (error) {
    return error
  }
}

describe('words', () => {
  test.each<[string, object, Partial<Environment>, string?]>([
    ['in the prompt', { prompt: `a fox ${KEY}` }, {}],
    ['deep in what is passed on', { prompt: 'a fox', extra: { notes: [{ by: KEY }] } }, {}],
    ['as a name', { prompt: 'a fox' }, { apiKey: 'sk-canary-0123456789' }, 'sk-canary-0123456789'],
    [
      'of the remote store',
      { prompt: 'a fox 0123456789abcdef' },
      { remoteAuthorization: 'Bearer 0123456789abcdef' },
    ],
  ])('that hold a secret are refused: %s', (_, parameters, changes, name) => {
    const error = refusalOf(parameters, changes, name)
    expect(error).toMatchObject({ code: 'KEY_EXPOSED', place: PLACE })
    expect(String(error)).toMatch(/^OneTokenError: The words of a picture hold the value of ONETOKEN_\w+\.$/)
  })

  test.each<[string, Partial<Environment>]>([
    ['a fox', {}],
    ['a fox of a test', { apiKey: 'test' }],
    ['a fox', { apiKey: undefined }],
  ])('%s', (prompt, changes) => {
    expect(refusalOf({ prompt }, changes)).toBeUndefined()
  })
})

test('what would be shown is looked through, source maps within it as well', () => {
  const secrets = [{ name: 'ONETOKEN_API_KEY', value: KEY }]
  const map = Buffer.from(`{"sourcesContent":["${KEY}"]}`).toString('base64')
  const shown = [
    { what: 'file a.js', content: 'fox' },
    { what: 'file b.js', content: Buffer.from(`of ${KEY}`) },
    { what: 'file c.js', content: `//# sourceMappingURL=data:application/json;base64,${map}` },
  ]
  const leak = findLeak(secrets, shown)
  expect(leak?.holders).toEqual(shown.slice(1))
  expect(leak?.problem).toMatchObject({
    code: 'KEY_EXPOSED',
    message: 'The file b.js holds the value of ONETOKEN_API_KEY.',
  })
  expect(findLeak(secrets, shown.slice(0, 1))).toBeUndefined()
  expect(findLeak([{ name: 'ONETOKEN_API_KEY', value: 'fox' }], shown)).toBeUndefined()
})
