import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { OneTokenError } from '../errors.ts'
import { expandValue } from './expand-value.ts'

/** What the environment says. */
export interface Environment {
  /** `ONETOKEN_API_KEY`. Goes to the client and nowhere else. */
  apiKey: string | undefined
  /** `ONETOKEN_BASE_URL`. */
  baseURL: string
  /** `ONETOKEN_FROZEN`: an answer for this run; undefined when it is not set. */
  frozen: boolean | undefined
  /** `ONETOKEN_REMOTE_AUTHORIZATION`: value of the header for a remote store. Goes there and nowhere else. */
  remoteAuthorization: string | undefined
  /** Whether `CI` is set to something that does not mean no. */
  ci: boolean
}

/** A value that nobody may see. */
export interface Secret {
  /** Of the environment variable. */
  name: string
  value: string
}

/** Environment variables that hold secrets. */
export const SECRET_NAMES: readonly string[] = ['ONETOKEN_API_KEY', 'ONETOKEN_REMOTE_AUTHORIZATION']

/** The secrets of an environment. Of an authorization it is what follows its scheme. */
export function secretsOf({ apiKey, remoteAuthorization }: Environment): Secret[] {
  const values = [apiKey, remoteAuthorization?.replace(/^\S+\s+/, '')]
  return SECRET_NAMES.flatMap((name, index) => {
    const value = values[index]
    return value === undefined ? [] : [{ name, value }]
  })
}

/** The API's address. */
export const DEFAULT_BASE_URL = 'https://api.onetoken.one'

const NAMES = [
  'ONETOKEN_API_KEY',
  'ONETOKEN_BASE_URL',
  'ONETOKEN_FROZEN',
  'ONETOKEN_REMOTE_AUTHORIZATION',
  'CI',
] as const

/**
 * Read the environment as Vite does: `.env`, `.env.local`, `.env.<mode>`, `.env.<mode>.local` in each of `folders`, a later one
 * over an earlier one, and what the process has over all of them. This is the only place that does.
 */
export async function readEnvironment(
  folders: readonly string[],
  mode: string,
  processEnv: Readonly<Record<string, string | undefined>>,
): Promise<Environment> {
  const files: Record<string, string | undefined> = {}
  for (const file of envFiles(folders, mode)) Object.assign(files, await readEnvFile(file))
  const values = Object.fromEntries(
    NAMES.map((name) => [name, processEnv[name] ?? expandValue(name, files, processEnv)]),
  )
  const apiKey = values['ONETOKEN_API_KEY']?.trim()
  const authorization = values['ONETOKEN_REMOTE_AUTHORIZATION']?.trim()
  return {
    apiKey: apiKey === undefined || apiKey === '' ? undefined : checkedKey(apiKey),
    baseURL: values['ONETOKEN_BASE_URL']?.trim() || DEFAULT_BASE_URL,
    frozen: answer(values['ONETOKEN_FROZEN']),
    remoteAuthorization:
      authorization === undefined || authorization === '' ? undefined : checkedAuthorization(authorization),
    ci: isCI(values),
  }
}

/** Absolute paths of the files that are read, the strongest last. */
function envFiles(folders: readonly string[], mode: string): string[] {
  const names = ['.env', '.env.local', `.env.${mode}`, `.env.${mode}.local`]
  return folders.flatMap((folder) => names.map((name) => join(folder, name)))
}

/**
 * Where a value of the environment stands: in the process, or in a file (absolute path); undefined when it is nowhere.
 * An empty value of the process counts, as it hides those of the files.
 */
export async function originOf(
  name: (typeof NAMES)[number],
  folders: readonly string[],
  mode: string,
  processEnv: Readonly<Record<string, string | undefined>>,
): Promise<'process' | { file: string } | undefined> {
  if (processEnv[name] !== undefined) return 'process'
  for (const file of envFiles(folders, mode).reverse()) {
    if ((await readEnvFile(file))[name] !== undefined) return { file }
  }
  return undefined
}

/** The values of an `.env` file. A folder of this name is no such file: some keep Python's environments in `.env`. */
async function readEnvFile(file: string): Promise<NodeJS.Dict<string>> {
  try {
    return parseEnv((await readFile(file, 'utf8')).replace(/^\ufeff/, ''))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR') return {}
    throw new OneTokenError(
      'SETTINGS_INVALID',
      `The file cannot be read: ${code ?? 'for an unknown reason'}.`,
      {
        hint: 'Make it readable, or remove it.',
        place: { file },
        cause: error,
      },
    )
  }
}

/** Whether `CI` is set to something that does not mean no. */
export function isCI({ CI }: Readonly<Record<string, string | undefined>>): boolean {
  return answer(CI) ?? false
}

/** `0`, `false`, `no` and `off` are no, whatever else is there is yes, nothing is undefined. */
function answer(value: string | undefined): boolean | undefined {
  const word = value?.trim().toLowerCase()
  if (word === undefined || word === '') return undefined
  return !['0', 'false', 'no', 'off'].includes(word)
}

/** A key that cannot stand in a header would fail later, with a message that might show it. */
function checkedKey(key: string): string {
  if (/^[\u0021-\u007e]+$/.test(key) && !/["'`]/.test(key)) return key
  throw new OneTokenError(
    'API_KEY_REFUSED',
    'ONETOKEN_API_KEY holds a character that no key has (a space, a quote or a letter beyond ASCII).',
    {
      hint: 'Copy the key once more: it begins with sk- and has no spaces.',
    },
  )
}

/** As with a key; and a token without its scheme is what most people try first. */
function checkedAuthorization(value: string): string {
  if (/^[\w-]+ +[\u0021-\u007e][\u0020-\u007e]*$/.test(value)) return value
  throw new OneTokenError(
    'SETTINGS_INVALID',
    'ONETOKEN_REMOTE_AUTHORIZATION is not the value of an Authorization header.',
    {
      hint: 'It is a scheme, a space and a secret of ASCII characters on one line, such as: Bearer … or Basic …',
    },
  )
}
