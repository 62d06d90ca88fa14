import { dirname } from 'node:path'
import type { UnpluginOptions } from 'unplugin'
import type { ResolvedConfig, Rollup } from 'vite'
import { OneTokenError } from '../errors.ts'
import { quote, styleReferences, type CssReference } from '../engine/index.ts'
import { builtURL, servedURL } from './vite-urls.ts'
import { bundlerError } from './bundler-error.ts'
import { MAY_NAME_PICTURE, rewriteCss, STYLE_ID } from './source-urls.ts'
import type { ViteHost } from './vite-host.ts'
import { NO_SOURCE } from './vite-sources.ts'

/**
 * After Vite has compiled a style sheet: pictures of what it imports (`@import`, `@use`), which no plugin sees as a
 * module of its own.
 */
export function rewriteCompiled(host: ViteHost): UnpluginOptions {
  return {
    name: 'unplugin-onetoken:css',
    vite: {
      configResolved: silenceUnresolved,
      transform: {
        filter: { id: { include: STYLE_ID, exclude: NO_SOURCE }, code: MAY_NAME_PICTURE },
        async handler(css, id) {
          const [importer = id] = id.split('?', 1)
          const code = await rewriteCss(css, 'compiled', async ({ specifier, written, folder }) => {
            if (folder !== '' && /\?.*\//s.test(written)) throw rebased(written, importer)
            const origin = INLINE.test(specifier)
              ? await originOf({ specifier, written }, importer, host.engine().root)
              : importer
            const picture = await host.build.picture(specifier, origin, written)
            host.watch(this, id, picture)
            return urlOf(this, host.config(), picture.file)
          })
          return code === undefined ? undefined : { code, map: null }
        },
      },
    },
  }
}

/**
 * The style sheet of the project that asks for words. What Vite has compiled may come from a package, and what packages
 * ask for is not paid for until the project allows it.
 */
async function originOf({ specifier, written }: Named, importer: string, root: string): Promise<string> {
  const sheets = await styleReferences(root)
  const named = sheets.find((reference) => reference.specifier === specifier)
  if (named !== undefined) return named.place.file
  throw bundlerError(
    new OneTokenError(
      'QUERY_INVALID',
      `A style sheet that this one imports asks for ${quote(written)}, which is written in none of the project.`,
      {
        hint: 'It comes from a package, or is put together by a preprocessor. Declare the picture in the manifest, and name its entry: onetoken:name.',
        place: { file: importer },
      },
    ),
    root,
  )
}

type Named = Pick<CssReference, 'specifier' | 'written'>

const INLINE = /^virtual:onetoken\?/

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
