import { dirname } from 'node:path'
import type { UnpluginOptions } from 'unplugin'
import type { ResolvedConfig, Rollup } from 'vite'
import { OneTokenError } from '../errors.ts'
import { quote, styleSheetsOf } from '../engine/index.ts'
import { builtURL, servedURL } from './vite-urls.ts'
import { watchedPicture, type Watched } from './build.ts'
import { bundlerError } from './bundler-error.ts'
import { MAY_NAME_PICTURE, rewriteCss, STYLE_ID } from './source-urls.ts'
import type { ViteHost } from './vite-host.ts'
import { NO_SOURCE } from './vite-sources.ts'

/**
 * After Vite has compiled a style sheet: pictures of what it imports (`@import`, `@use`), which no plugin sees as a
 * module of its own.
 */
export function rewriteCompiled(host: ViteHost): UnpluginOptions {
  let sheets: Promise<ReadonlyMap<string, string>> | undefined
  /** Style sheets of the project, which is what the server of Vite may show. */
  const sheetsOfProject = (): Promise<ReadonlyMap<string, string>> => {
    const { root, server } = host.config()
    return (sheets ??= styleSheetsOf([...new Set([root, ...server.fs.allow])]))
  }
  return {
    name: 'unplugin-onetoken:css',
    buildStart() {
      sheets = undefined
    },
    vite: {
      configResolved: silenceUnresolved,
      transform: {
        filter: { id: { include: STYLE_ID, exclude: NO_SOURCE }, code: MAY_NAME_PICTURE },
        async handler(css, id) {
          const [importer = id] = id.split('?', 1)
          const code = await rewriteCss(css, 'compiled', async ({ specifier, written, folder }) => {
            if (folder !== '' && /\?.*\//s.test(written)) throw rebased(written, importer)
            // Only a build spends.
            const mayBeForeign = host.engine().purpose === 'build' && INLINE.test(specifier)
            const origin = mayBeForeign ? (await sheetsOfProject()).get(specifier) : importer
            if (origin === undefined) throw foreign(written, importer)
            const watch = (files: Watched): void => host.watch(this, id, files)
            const { file } = await watchedPicture(host.build, { specifier, written }, origin, watch)
            return urlOf(this, host.config(), file)
          })
          return code === undefined ? undefined : { code, map: null }
        },
      },
    },
  }
}

const INLINE = /^virtual:onetoken\?/

/** What Vite has compiled may come from a package, and what packages ask for is not paid for unasked. */
function foreign(written: string, file: string): unknown {
  const what = `A style sheet that this one imports asks for ${quote(written)}, which is written in none of the project.`
  const hint =
    'It comes from a package, or is put together by a preprocessor. Declare the picture in the manifest, and name its entry: onetoken:name.'
  return bundlerError(new OneTokenError('QUERY_INVALID', what, { hint, place: { file } }), dirname(file))
}

/** What Vite made of words with a `/` is not known: two of them in a row would be one by now, and other words. */
function rebased(written: string, file: string): unknown {
  return bundlerError(
    new OneTokenError('QUERY_INVALID', `A style sheet that this one imports names ${quote(written)}.`, {
      hint: 'Vite reads its words as a path, because of the "/" in them. Declare the picture in the manifest, and name its entry here.',
      place: { file },
    }),
    dirname(file),
  )
}

/** Vite says of each such URL that it will stay as it is, before the plugin has its turn. */
function silenceUnresolved({ logger }: ResolvedConfig): void {
  const { warnOnce } = logger
  logger.warnOnce = (message, options) => {
    if (/^\s*\S*\bonetoken[:/?].*didn't resolve at build time/s.test(message)) return
    warnOnce.call(logger, message, options)
  }
}

/** What Vite itself writes in the place of a file. */
function urlOf(context: Rollup.PluginContext, config: ResolvedConfig, file: string): string {
  if (config.command === 'build') return builtURL(context, config, file)
  return `${config.server.origin ?? ''}${servedURL(config, file)}`
}
