import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { isLacking, unable } from './system.ts'

/** Whether strace is here and may attach to a process that is not its child; says so for the tests of `what`. */
export function canTrace(what: string): boolean {
  if (isLacking('strace', what)) return false
  const { stderr } = spawnSync('sh', [
    '-c',
    'sleep 20 & other=$!; strace -e trace=none -p $other & sleep 0.3; kill $other; wait',
  ])
  const mayAttach = !/not permitted|denied/i.test(String(stderr))
  return mayAttach || unable(what, `strace may not attach to processes: ${String(stderr)}`)
}

/** A system call of a thread. */
export interface Call {
  name: string
  /** Which of the calls of this name it is, from 1. */
  turn: number
  /** What it was called with, with what differs from run to run made equal. */
  target: string
  /** Whether the kernel was never asked, by an injection. */
  injected: boolean
}

/** What is to happen at one call in place of the call. */
export interface Injection {
  call: Call
  /** As strace writes it: `signal=KILL`, `error=EIO`. */
  effect: string
}

/**
 * Follow one thread until its process ends, and make something happen at one of its calls. When this returns, nothing
 * the thread does is missed; the calls are told afterwards.
 */
export async function trace(
  thread: number,
  output: string,
  injection?: Injection,
): Promise<() => Promise<Call[]>> {
  const { call, effect } = injection ?? {}
  const inject =
    call === undefined
      ? []
      : ['-e', `trace=${call.name}`, '-e', `inject=${call.name}:${effect}:when=${call.turn}`]
  const strace = spawn('strace', ['-y', '-p', String(thread), '-o', output, ...inject], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(strace, 'exit')
  let said = ''
  await new Promise<void>((resolve, reject) => {
    strace.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('attached')) resolve()
    })
    void ended.then(() => reject(new Error(`strace ended: ${said}`)))
  })
  return async () => {
    await ended
    return callsOf(await readFile(output, 'utf8'))
  }
}

/** Of the thread itself: its memory, its locks, and the word to the main thread that it is done. */
const OWN = /^(?:futex|mmap|munmap|mprotect|madvise|brk|rt_sig\w+)\(|<anon_inode:\[eventfd\]>/

function callsOf(text: string): Call[] {
  const turns = new Map<string, number>()
  return text.split('\n').flatMap((line) => {
    const name = /^(\w+)\(/.exec(line)?.[1]
    if (name === undefined) return []
    const turn = (turns.get(name) ?? 0) + 1
    turns.set(name, turn)
    if (OWN.test(line)) return []
    return [{ name, turn, target: targetOf(line), injected: line.endsWith('(INJECTED)') }]
  })
}

/** The path or the file of a call below the folder of a store, and what it is opened for. */
function targetOf(line: string): string {
  const [path = ''] = /(?<=\/onetoken)(?:\/[^">]*)?(?=[">])/.exec(line) ?? []
  const short = path.replaceAll(/\.\d+-[\da-f]{12}\./g, '.').replaceAll(/[\da-f]{64}/g, '<hash>')
  return `${short || '/'}${line.includes('O_CREAT') ? ' (new)' : ''}`
}
