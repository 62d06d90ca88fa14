import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { cleanEnv } from './install.ts'
import { ONETOKEN, type Site } from './site.ts'

/** What a command left, with its two outputs apart. */
export interface Answer {
  status: number | null
  out: string
  err: string
}

/** Run `onetoken` in a folder of a site. */
export function commandIn(
  site: Site,
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Answer> {
  const child = spawn(process.execPath, [site.installed(ONETOKEN), ...args], {
    cwd: join(site.folder, folder),
    env: { ...cleanEnv(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const answer: Answer = { status: null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (answer.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (answer.err += text))
  return new Promise((resolve, reject) =>
    child.on('error', reject).on('close', (status) => resolve({ ...answer, status })),
  )
}
