import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  createEngine,
  exportIcons,
  exportPictures,
  keptIn,
  quotePath,
  survey,
  type Engine,
  type EngineOptions,
} from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { checkName, checkOptions } from './check-options.ts'
import type { ExportOptions, ExportReport, Image } from './file-types.ts'
import { forScripts } from './for-scripts.ts'
import { image } from './image.ts'
import { CREATE, EXPORT, ICONS, IMAGE, RENDER, type Call } from './options.ts'
import { render } from './render.ts'
import { planOf } from './reports.ts'
import type { OneToken, OneTokenOptions } from './types.ts'

const SILENT = { info: () => {}, warn: () => {} }

/**
 * The pictures of a project, for scripts. Reads nothing before the first call.
 * @throws OneTokenError `USAGE` for options that are not known, cannot be used or contradict each other
 */
export function createOneToken(options: OneTokenOptions = {}): OneToken {
  const engineOptions = engineOptionsOf(checkOptions(CREATE, options))
  const { root } = engineOptions
  const running = new Set<Promise<unknown>>()
  /** For `image`, which scripts call for every picture of a site. */
  let lasting: Engine | undefined

  const tracked = <Result>(begun: Promise<Result>): Promise<Result> => {
    const work = begun.catch((error: unknown) => {
      throw forScripts(error, engineOptions)
    })
    running.add(work)
    void work.finally(() => running.delete(work)).catch(() => undefined)
    return work
  }
  /** A call with an engine of its own: it reads the project anew, and has a budget of its own. */
  const withEngine = async <Result>(work: (engine: Engine) => Promise<Result>): Promise<Result> => {
    await checkRoot(root)
    const engine = createEngine(engineOptions)
    try {
      return await work(engine)
    } finally {
      await engine.close()
    }
  }
  /** Options are looked at before anything else is done, and mistakes reject. */
  const call = async <Options extends object, Result>(
    form: Call<Options>,
    given: Options | undefined,
    work: (engine: Engine, options: Options) => Promise<Result>,
  ): Promise<Result> => {
    const options = checkOptions(form, given)
    return await withEngine((engine) => work(engine, options))
  }
  const lastingImage: OneToken['image'] = async (givenName, given): Promise<Image> => {
    const [name, options] = [checkName(IMAGE, givenName), checkOptions(IMAGE, given)]
    await checkRoot(root)
    lasting ??= createEngine(engineOptions)
    return await image(lasting, name, options)
  }

  return {
    root,
    plan: () => tracked(withEngine(async (engine) => planOf(await survey(engine), await keptIn(engine)))),
    render: (given) => tracked(call(RENDER, given, render)),
    image: (name, given) => tracked(lastingImage(name, given)),
    export: (given) => tracked(call(EXPORT, given, exportAll)),
    icons: (given) => tracked(call(ICONS, given, exportIcons)),
    async close() {
      while (running.size > 0) await Promise.allSettled(running)
      const ended = lasting
      lasting = undefined
      await ended?.close()
    },
  }
}

function engineOptionsOf({ root, mode, env, log, ...options }: OneTokenOptions): EngineOptions {
  if (options.config !== undefined && options.settings !== undefined) {
    throw new OneTokenError(
      'USAGE',
      'Both "config" and "settings" are given, and one takes the place of the other.',
      {
        hint: 'Keep "config" for a settings file, or "settings" for settings of the script.',
      },
    )
  }
  return {
    ...options,
    root: resolve(root ?? '.'),
    mode: mode ?? 'production',
    env: env ?? process.env,
    log: log ?? SILENT,
    purpose: 'command',
  }
}

/** A folder that is not there would be one without pictures. */
async function checkRoot(root: string): Promise<void> {
  const reason = await stat(root).then(
    (found) => (found.isDirectory() ? undefined : 'is a file'),
    ({ code }: NodeJS.ErrnoException) =>
      code === 'ENOENT' ? 'is not there' : `cannot be looked at (${code})`,
  )
  if (reason === undefined) return
  throw new OneTokenError('USAGE', `The folder of the project, ${quotePath(root)}, ${reason}.`, {
    hint: 'Correct "root" of createOneToken().',
  })
}

async function exportAll(engine: Engine, options: ExportOptions): Promise<ExportReport> {
  const wish = { ...options, names: options.names }
  const { publicFrom: _, images, ...result } = await exportPictures(engine, wish)
  return { ...result, images: Object.fromEntries(images) }
}
