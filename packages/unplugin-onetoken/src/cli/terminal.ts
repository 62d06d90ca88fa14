import type { Progress } from './progress.ts'
import { createEngine, isCI, placeText, type Engine, type EngineOptions } from '../engine/index.ts'
import type { GlobalFlags } from './flags.ts'
import { say, showBar } from './output.ts'

/** A bar from the first progress to the last, or to `stop`; none where nobody would see it. */
export function progressBar(
  flags: GlobalFlags,
  verb: string,
): { progress(done: number, total: number): void; stop(): void } {
  const isShown = isInteractive() && flags.json !== true
  let bar: Progress | undefined
  const stop = (): void => {
    bar?.stop()
    bar = undefined
  }
  return {
    progress(done, total) {
      if (isShown) bar ??= showBar(total, verb)
      bar?.advance()
      if (done === total) stop()
    },
    stop,
  }
}

/** How commands look at a project. */
export function commandOptions({ root, config, noRemote }: GlobalFlags): EngineOptions {
  return {
    root,
    config,
    remote: noRemote !== true,
    mode: 'production',
    purpose: 'command',
    env: process.env,
    log: { info: say, warn: say },
  }
}

/** The engine for a command. */
export function commandEngine(flags: GlobalFlags): Engine {
  return createEngine(commandOptions(flags))
}

/** Work with the engine for a command, which is closed afterwards. */
export async function withEngine<Result>(
  flags: GlobalFlags,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = commandEngine(flags)
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

/** `images.yaml:6`, where a command has changed something. */
export function lineText({ file, line }: { file: string; line: number }, { root }: GlobalFlags): string {
  return `${placeText({ file }, root)}:${line}`
}

/** Whether a person sits at the terminal, to be asked and to be shown a bar. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !isCI(process.env)
}

/** Whether a person can be asked: a machine that reads JSON is none. */
export function canAsk({ json }: Pick<GlobalFlags, 'json'>): boolean {
  return json !== true && isInteractive()
}
