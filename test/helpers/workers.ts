import { build, type OutputFile } from 'esbuild'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { cleanEnv } from './install.ts'
import { kill } from './kill.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Bundle a script of `test/faults/workers` with the TypeScript sources that it imports, for plain Node; its path. As
 * CommonJS, since the loader of modules reads them in the threads that also do the file work of a test.
 */
export async function bundleWorker(name: string): Promise<string> {
  const entry = join(root, 'test/faults/workers', name)
  const { outputFiles } = await build({
    entryPoints: [entry],
    write: false,
    bundle: true,
    minifyWhitespace: true,
    legalComments: 'none',
    platform: 'node',
    target: 'node20.19',
    format: 'cjs',
    // Found from where the bundle lies, when they are needed.
    external: ['undici', 'sharp'],
    define: { 'import.meta.url': 'bundleUrl' },
    banner: { js: `const bundleUrl = require('node:url').pathToFileURL(__filename).href` },
    logLevel: 'error',
  })
  const [{ contents, hash }] = outputFiles as [OutputFile]
  const folder = join(root, 'test/.work/faults')
  const outfile = join(folder, `${basename(name, '.ts')}-${hash.replaceAll(/\W/g, '_')}.cjs`)
  await mkdir(folder, { recursive: true })
  // Whole or not at all: another test file may start the same at this moment.
  await writeFile(`${outfile}.${process.pid}`, contents)
  await rename(`${outfile}.${process.pid}`, outfile)
  return outfile
}

/** A process that speaks by messages. */
export interface Worker {
  child: ChildProcess
  send(message: object): void
  /** The next message of this kind, also one that has come already; rejects when the process ends. */
  next<Message extends object>(isIt: (message: Message) => boolean): Promise<Message>
  /** How it ended. */
  ended: Promise<{ status: number | null; signal: NodeJS.Signals | null }>
}

/** Start a bundled worker; it is killed when the test ends. */
export function startWorker(bundle: string, env: NodeJS.ProcessEnv = {}): Worker {
  const child = fork(bundle, [], {
    env: { ...cleanEnv(), ...env },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const inbox: object[] = []
  const looking = new Set<() => void>()
  const ended = once(child, 'exit').then(([status, signal]) => ({
    status: status as number | null,
    signal: signal as NodeJS.Signals | null,
  }))
  child.on('message', (message: object) => {
    inbox.push(message)
    for (const look of looking) look()
  })
  // A worker that is killed cannot be told anything; its end says so.
  child.on('error', () => undefined)
  onTestFinished(() => kill(child))
  return {
    child,
    ended,
    send: (message) => void (child.connected && child.send(message, () => undefined)),
    next: <Message extends object>(isIt: (message: Message) => boolean) =>
      new Promise<Message>((resolve, reject) => {
        const look = (): void => {
          const at = inbox.findIndex((message) => isIt(message as Message))
          if (at < 0) return
          looking.delete(look)
          resolve(inbox.splice(at, 1)[0] as Message)
        }
        looking.add(look)
        look()
        void ended.then(({ status, signal }) => {
          look()
          if (!looking.delete(look)) return
          reject(new Error(`The worker ended with ${signal ?? status}:\n${errors}`))
        })
      }),
  }
}
