import type { UnpluginOptions } from 'unplugin'
import type { NamedPicture } from './build.ts'
import { MAY_NAME_PICTURE, relativeURL, rewriteURLs, SOURCE_ID } from './source-urls.ts'
import type { ViteHost } from './vite-host.ts'
import { COMPONENT_ID, rewriteTemplate } from './vue-template.ts'

/** Requests for the text or the address of a source, not for what is in it. */
export const NO_SOURCE: RegExp = /[?&](?:raw|url|worker|sharedworker)\b/

/**
 * Before Vite reads a source: a picture that it names by a URL becomes a file relative to the source, which Vite then
 * hashes. In style sheets, in `new URL(…)` and in templates of Vue.
 */
export function rewriteSources(host: ViteHost): NonNullable<UnpluginOptions['transform']> {
  return {
    filter: { id: { include: SOURCE_ID, exclude: NO_SOURCE }, code: MAY_NAME_PICTURE },
    async handler(source, id) {
      const [file = id] = id.split('?', 1)
      const picture = async (reference: { specifier: string; written: string }): Promise<NamedPicture> => {
        const named = await host.build.picture(reference.specifier, file, reference.written)
        host.watch(this, id, named)
        return named
      }
      const { root, log } = host.engine()
      const template = COMPONENT_ID.test(id)
        ? await rewriteTemplate(source, file, { root, config: host.config(), picture, warn: log.warn })
        : undefined
      const urls = await rewriteURLs(template ?? source, id, async (reference) =>
        relativeURL(file, (await picture(reference)).file),
      )
      const code = urls ?? template
      return code === undefined ? undefined : { code, map: null }
    },
  }
}
