// How long one process takes, and what it costs with all of its children.
import { spawn } from 'node:child_process'

/**
 * Run a command and wait for its end. Gives its output and seconds: `wall`, and `cpu` (user and system) of the
 * process and every process that it started and waited for; undefined on Windows.
 *
 * Node's `resourceUsage()` knows only the process itself. The shell's `times` knows its children and theirs
 * (POSIX `times()`, in hundredths of a second), so a shell that does nothing else stands between.
 */
export async function measure(command, args, { cwd, env }) {
  const timed = process.platform !== 'win32'
  const [file, ...rest] = timed ? ['/bin/sh', '-c', TIMED, 'sh', command, ...args] : [command, ...args]
  const from = performance.now()
  const child = spawn(file, rest, {
    cwd,
    env: { ...cleanEnv(), ...env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  const wall = (performance.now() - from) / 1000
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} in ${cwd} failed (${status}):\n${output}${errors}`)
  return { output, wall, cpu: timed ? childTime(output) : undefined }
}

const TIMED = '"$@"; status=$?; times; exit $status'

/** The last line of `times` holds user and system time of the children, such as `0m1.230000s 0m0.100000s`. */
function childTime(output) {
  const [, minutes, seconds, systemMinutes, systemSeconds] =
    /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(output) ?? []
  if (systemSeconds === undefined) throw new Error(`The shell did not tell the times:\n${output.slice(-200)}`)
  return (Number(minutes) + Number(systemMinutes)) * 60 + Number(seconds) + Number(systemSeconds)
}

/** Without what a package manager hands down, and without what would change a build. */
function cleanEnv() {
  const foreign = /^(?:npm_|pnpm_|VITE|ONETOKEN_|VIPS_|UV_|NODE_|CI$)/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
}
