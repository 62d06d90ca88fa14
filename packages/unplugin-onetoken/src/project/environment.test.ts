import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { loadEnv } from 'vite'
import { describe, expect, it } from 'vitest'
import { toldBy } from '../spec/testing.ts'
import { DEFAULT_BASE_URL, readEnvironment } from './environment.ts'
import { folder } from './testing.ts'

const KEY = 'ONETOKEN_API_KEY'

describe('files', () => {
  it('are read as Vite reads them: the mode over local, local over all, the process over everything', async () => {
    const names = ['.env', '.env.local', '.env.production', '.env.production.local', '.env.development']
    for (let count = 0; count <= names.length; count += 1) {
      const root = await folder(
        Object.fromEntries(names.slice(0, count).map((name) => [name, `${KEY}=sk-${name}\n`])),
      )
      for (const mode of ['production', 'development', 'staging']) {
        const { apiKey } = await readEnvironment([root], mode, {})
        expect(apiKey).toBe(loadEnv(mode, root, 'ONETOKEN_')[KEY])
        expect((await readEnvironment([root], mode, { [KEY]: 'sk-process' })).apiKey).toBe('sk-process')
      }
    }
  })

  it.each([
    ['comments and quotes', `# key\n${KEY}="sk-quoted" # mine\n`],
    ['export', `export ${KEY}='sk-exported'\n`],
    ['CRLF', `A=1\r\n${KEY}=sk-crlf\r\n`],
    ['white space', `${KEY} =  sk-spaced  \n`],
    ['another value', `SECRET=sk-other\n${KEY}=\${SECRET}\n`],
    ['another value without braces', `SECRET=sk-other\n${KEY}=$SECRET\n`],
    ['a default', `${KEY}=\${NO_SUCH_VALUE:-sk-default}\n`],
    ['a value of a value', `A=sk-deep\nB=$A\n${KEY}=\${B}-x\n`],
    ['an escaped dollar', `${KEY}=sk-\\$x\n`],
    ['nothing', `${KEY}=\n`],
  ])('with %s', async (_what, text) => {
    const root = await folder({ '.env': text })
    const expected = loadEnv('production', root, 'ONETOKEN_')[KEY]
    expect((await readEnvironment([root], 'production', {})).apiKey).toBe(expected || undefined)
  })

  it('refer to the process first, and never to themselves without end', async () => {
    const root = await folder({
      '.env': `SECRET=sk-file\n${KEY}=$SECRET\nONETOKEN_BASE_URL=$ONETOKEN_BASE_URL\n`,
    })
    const { apiKey, baseURL } = await readEnvironment([root], 'production', { SECRET: 'sk-process' })
    expect([apiKey, baseURL]).toEqual(['sk-process', DEFAULT_BASE_URL])
    const circle = await folder({ '.env': `A=$B\nB=$A\n${KEY}=x$A\n` })
    expect((await readEnvironment([circle], 'production', {})).apiKey).toBe('x')
  })

  it('may begin with a byte order mark', async () => {
    const root = await folder({ '.env': `\ufeff${KEY}=sk-bom\n` })
    expect((await readEnvironment([root], 'production', {})).apiKey).toBe('sk-bom')
  })

  it('are no folders: some keep an environment of Python in .env', async () => {
    const root = await folder({ '.env.local': `${KEY}=sk-local\n` })
    await mkdir(join(root, '.env'))
    expect((await readEnvironment([root], 'production', {})).apiKey).toBe('sk-local')
  })
})

describe('values', () => {
  it('are absent when nothing is set', async () => {
    expect(await readEnvironment([await folder({})], 'production', {})).toEqual({
      apiKey: undefined,
      baseURL: DEFAULT_BASE_URL,
      frozen: undefined,
      remoteAuthorization: undefined,
      ci: false,
    })
  })

  it('of the process may be empty, which takes them away', async () => {
    const root = await folder({
      '.env': `${KEY}=sk-file\nONETOKEN_BASE_URL=http://localhost:1\nCI=1\nONETOKEN_FROZEN=1\n`,
    })
    const empty = {
      [KEY]: '',
      ONETOKEN_BASE_URL: ' ',
      ONETOKEN_REMOTE_AUTHORIZATION: ' ',
      CI: '',
      ONETOKEN_FROZEN: '',
    }
    expect(await readEnvironment([root], 'production', empty)).toEqual({
      apiKey: undefined,
      baseURL: DEFAULT_BASE_URL,
      frozen: undefined,
      remoteAuthorization: undefined,
      ci: false,
    })
  })

  it.each<[string, boolean | undefined]>([
    ['1', true],
    ['true', true],
    ['TRUE', true],
    ['yes', true],
    ['github', true],
    ['0', false],
    ['false', false],
    [' False ', false],
    ['no', false],
    ['off', false],
    ['', undefined],
  ])('ONETOKEN_FROZEN and CI: %j', async (word, meaning) => {
    const env = await readEnvironment([await folder({})], 'production', { ONETOKEN_FROZEN: word, CI: word })
    expect(env).toMatchObject({ frozen: meaning, ci: meaning ?? false })
  })
})

describe('a key', () => {
  it('is trimmed', async () => {
    const { apiKey } = await readEnvironment([await folder({})], 'production', {
      [KEY]: ' sk-abc123_.~+/=\n',
    })
    expect(apiKey).toBe('sk-abc123_.~+/=')
  })

  it.each([
    ['a space', 'sk-SECRET SECRET'],
    ['a line break', 'sk-SECRET\nx-header: SECRET'],
    ['quotes', '"sk-SECRET"'],
    ['a backtick', '`sk-SECRET'],
    ['a letter beyond ASCII', 'sk-SECRETé'],
    ['a character without width', 'sk-SECRET\u200b'],
    ['a control character', 'sk-SECRET\u0000'],
    ['the scheme', 'Bearer sk-SECRET'],
  ])('with %s is refused, and not shown', async (_what, apiKey) => {
    const message = await toldBy(readEnvironment([await folder({})], 'production', { [KEY]: apiKey }))
    expect(message).not.toContain('SECRET')
    expect(message).toBe(
      'API_KEY_REFUSED\nONETOKEN_API_KEY holds a character that no key has (a space, a quote or a letter beyond ASCII).\n> Copy the key once more: it begins with sk- and has no spaces.',
    )
  })
})

describe('the authorization of a remote store', () => {
  const NAME = 'ONETOKEN_REMOTE_AUTHORIZATION'

  it.each([
    ['Bearer abc123_.~+/=', 'Bearer abc123_.~+/='],
    [' Basic dXNlcjpwYXNz\n', 'Basic dXNlcjpwYXNz'],
    ['AWS4-HMAC-SHA256 Credential=a/b, Signature=c', 'AWS4-HMAC-SHA256 Credential=a/b, Signature=c'],
    [' ', undefined],
  ])('%j is taken', async (value, expected) => {
    const { remoteAuthorization } = await readEnvironment([], 'production', { [NAME]: value })
    expect(remoteAuthorization).toBe(expected)
  })

  it.each([
    ['no scheme', 'SECRET'],
    ['a line break', 'Bearer SECRET\nx-header: SECRET'],
    ['a letter beyond ASCII', 'Bearer SECRETé'],
    ['a control character', 'Bearer SECRET\u0000'],
    ['the name of the header', 'Authorization: Bearer SECRET'],
  ])('with %s is refused, and not shown', async (_what, value) => {
    const message = await toldBy(readEnvironment([], 'production', { [NAME]: value }))
    expect(message).not.toContain('SECRET')
    expect(message).toBe(
      'SETTINGS_INVALID\nONETOKEN_REMOTE_AUTHORIZATION is not the value of an Authorization header.\n> It is a scheme, a space and a secret of ASCII characters on one line, such as: Bearer … or Basic …',
    )
  })
})
