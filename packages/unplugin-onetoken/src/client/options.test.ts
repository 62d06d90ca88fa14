import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { asOneTokenError } from '../errors.ts'
import { createClient } from './index.ts'
import { LONGEST_TIMER, resolveOptions } from './options.ts'

function refusal(options: Parameters<typeof createClient>[0]): string | undefined {
  try {
    createClient(options)
    return undefined
  } catch (error) {
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('secret')
    return asOneTokenError(error)?.code
  }
}

describe('baseURL', () => {
  test.each([
    [undefined, 'https://api.onetoken.one/v1/images/'],
    ['https://relay.example', 'https://relay.example/v1/images/'],
    ['https://relay.example/', 'https://relay.example/v1/images/'],
    [' https://relay.example//\n', 'https://relay.example/v1/images/'],
    ['https://relay.example/v1', 'https://relay.example/v1/images/'],
    ['https://relay.example/v1/', 'https://relay.example/v1/images/'],
    ['http://127.0.0.1:3000/proxy/openai', 'http://127.0.0.1:3000/proxy/openai/v1/images/'],
    ['http://[::1]:3000/proxy/v1/', 'http://[::1]:3000/proxy/v1/images/'],
    ['https://relay.example/v1/images/generations/', 'https://relay.example/v1/images/'],
    ['https://relay.example/v1/images/edits', 'https://relay.example/v1/images/'],
  ])('%s', (baseURL, root) => {
    const { generations, edits } = resolveOptions({ apiKey: 'sk-x', baseURL })
    expect([generations.href, edits.href]).toEqual([`${root}generations/`, `${root}edits/`])
  })

  test.each([
    '',
    'api.onetoken.one',
    'localhost:3000',
    'ftp://relay.example',
    'file:///etc/passwd',
    'https://user@relay.example',
    'https://user:secret@relay.example',
    'https://:secret@relay.example',
    'https://relay.example/?key=secret',
    'https://relay.example/#secret',
  ])('refuses %s', (baseURL) => {
    expect(refusal({ apiKey: 'sk-x', baseURL })).toBe('SETTINGS_INVALID')
  })
})

describe('apiKey', () => {
  test('loses white space around it', () => {
    expect(resolveOptions({ apiKey: ' sk-x\n' }).apiKey).toBe('sk-x')
  })

  test.each(['', '  ', '\n'])('missing: %j', (apiKey) => {
    expect(refusal({ apiKey })).toBe('API_KEY_MISSING')
  })

  test.each(['sk-secret two', 'sk-secret\r\nx-header: 1', 'sk-secret狐'])('unusable: %j', (apiKey) => {
    expect(refusal({ apiKey })).toBe('SETTINGS_INVALID')
  })
})

describe('numbers', () => {
  test('have defaults', () => {
    expect(resolveOptions({ apiKey: 'sk-x' })).toMatchObject({
      timeout: 600_000,
      maxResends: 4,
      maxResultBytes: 67_108_864,
    })
  })

  test('a timeout stays within what a timer can do', () => {
    expect(resolveOptions({ apiKey: 'sk-x', timeout: Infinity }).timeout).toBe(LONGEST_TIMER)
  })

  test.each([{ timeout: 0 }, { timeout: Number.NaN }, { maxResends: -1 }, { maxResultBytes: 0 }])(
    'refuses %j',
    (bad) => {
      expect(refusal({ apiKey: 'sk-x', ...bad })).toBe('SETTINGS_INVALID')
    },
  )
})

describe('mistakes of untyped callers', () => {
  type Options = Parameters<typeof createClient>[0]

  test.each<[unknown, string]>([
    [undefined, 'SETTINGS_INVALID'],
    [null, 'SETTINGS_INVALID'],
    ['sk-secret', 'SETTINGS_INVALID'],
    [{}, 'API_KEY_MISSING'],
    [{ apiKey: 5 }, 'SETTINGS_INVALID'],
    [{ apiKey: null }, 'SETTINGS_INVALID'],
    [{ apiKey: 'sk-secret', baseUrl: 'https://relay.example' }, 'SETTINGS_INVALID'],
    [{ apiKey: 'sk-secret', baseURL: new URL('https://relay.example') }, 'SETTINGS_INVALID'],
    [{ apiKey: 'sk-secret', timeout: '5' }, 'SETTINGS_INVALID'],
    [{ apiKey: 'sk-secret', now: 5 }, 'SETTINGS_INVALID'],
  ])('refuses %j', (options, code) => {
    expect(refusal(options as Options)).toBe(code)
  })

  test('are told by their names', () => {
    const mistyped = { apiKey: 'sk-x', baseUrl: 'https://relay.example' } as Options
    expect(() => createClient(mistyped)).toThrow(
      'createClient() has no option "baseUrl"; did you mean "baseURL"?',
    )
    const url = { apiKey: 'sk-x', baseURL: new URL('https://relay.example') } as unknown as Options
    expect(() => createClient(url)).toThrow('`baseURL` must be a string, and is of the type object.')
  })

  test('are told with what can be done about them in a script', () => {
    const hint = (options: unknown): string | undefined => {
      try {
        createClient(options as Options)
        return undefined
      } catch (error) {
        return asOneTokenError(error)?.hint
      }
    }
    expect([{}, { apiKey: 'sk-x', baseURL: 'x' }, { apiKey: 'sk-x', retries: 3 }].map(hint))
      .toMatchInlineSnapshot(`
        [
          "createClient() reads neither the environment nor .env files. Give it the key, as in: createClient({ apiKey: process.env.ONETOKEN_API_KEY }), where that is set, as by: node --env-file=.env.local script.mjs",
          "Give \`baseURL\` an address such as https://api.onetoken.one, or leave it out.",
          "The options are apiKey, baseURL, timeout, maxResends, maxResultBytes.",
        ]
      `)
  })
})
