import { relative } from 'node:path'
import { createCleaner } from '../../client/clean.ts'
import { reach } from '../../client/reach.ts'
import { resolveBase } from '../../client/options.ts'
import { asOneTokenError } from '../../errors.ts'
import { DEFAULT_BASE_URL, originOf, type Environment } from '../../project/environment.ts'
import { projectEnvironment } from '../../project/project.ts'
import { isLoopback } from '../../spec/loopback.ts'
import { visible } from '../../spec/text.ts'
import { reasonOf } from '../../store/messages.ts'
import { askGit } from '../git.ts'
import type { Diagnosis, DoctorCheck, DoctorOptions } from './types.ts'

/** Milliseconds in which the host of the API has to answer. */
const PATIENCE = 5_000

/** The key, without showing any of it, and where it would go. */
export const checkAccess: DoctorCheck = async ({ options }) => {
  let environment: Environment
  try {
    environment = await projectEnvironment(options)
  } catch (thrown) {
    return [{ about: 'key', mark: 'problem', text: reasonOf(thrown), hint: asOneTokenError(thrown)?.hint }]
  }
  return [...(await checkKey(options, environment)), ...(await checkBase(options, environment))]
}

async function checkKey(options: DoctorOptions, { apiKey }: Environment): Promise<Diagnosis[]> {
  const { root, envDirs = [root], mode, env } = options
  const origin = await originOf('ONETOKEN_API_KEY', envDirs, mode, env)
  const from =
    origin === 'process'
      ? 'the environment'
      : visible(relative(root, origin === undefined ? '' : origin.file))
  if (apiKey === undefined) {
    const text = origin === undefined ? 'not set' : `ONETOKEN_API_KEY is empty in ${from}`
    const hint = 'What is rendered already needs none. To render: set ONETOKEN_API_KEY, as in .env.local.'
    return [{ about: 'key', mark: 'note', text, hint }]
  }
  const found: Diagnosis = { about: 'key', mark: 'ok', text: `set, by ${from}` }
  if (origin === undefined || origin === 'process') return [found]
  // 1: git looks after the folder, and does not ignore the file.
  const ignored = await askGit(root, 'check-ignore', '--quiet', '--', origin.file)
  if (ignored?.status !== 1) return [found]
  return [
    found,
    {
      about: 'key',
      mark: 'problem',
      text: `git does not ignore ${from}, so that a commit would publish the key`,
      hint: `Add ${from} to .gitignore. If it was committed before, get another key.`,
    },
  ]
}

async function checkBase({ offline }: DoctorOptions, { apiKey, baseURL }: Environment): Promise<Diagnosis[]> {
  const about = 'API'
  // Some relays take the key in the path.
  const { redact, line } = createCleaner(apiKey)
  try {
    const base = resolveBase(baseURL)
    const host = redact(base.host)
    const address = `${redact(base.origin)}${line(base.pathname)}`
    const isDefault = base.href === new URL(DEFAULT_BASE_URL).href
    const loopback = isLoopback(baseURL)
    const told: Diagnosis = { about, mark: 'ok', text: address }
    if (loopback) {
      told.text = `${address} is on this machine: what it renders are pretend pictures, kept apart from bought ones`
      told.mark = 'note'
    } else if (!isDefault) {
      told.text = `${address} (by ONETOKEN_BASE_URL)`
      told.mark = 'note'
      if (base.protocol === 'http:') told.hint = 'Without https, everybody on the way can read the key.'
    }
    if (offline) return [told]
    const reached = await reach(baseURL, PATIENCE)
    if ('status' in reached) return [told, { about, mark: 'ok', text: `${host} answers` }]
    return [
      told,
      {
        about,
        mark: 'problem',
        text: `${host} cannot be reached: ${line(reached.why)}`,
        hint: 'See whether this machine is connected, and whether ONETOKEN_BASE_URL is right. To leave this out: --offline',
      },
    ]
  } catch (thrown) {
    return [{ about, mark: 'problem', text: reasonOf(thrown), hint: asOneTokenError(thrown)?.hint }]
  }
}
