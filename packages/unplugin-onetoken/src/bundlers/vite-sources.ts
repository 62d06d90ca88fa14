import type { UnpluginOptions } from 'unplugin'
import type { Rollup } from 'vite'
import { watchedPicture, type NamedPicture } from './build.ts'
import { edited, MAY_NAME_PICTURE, relativeURL, SOURCE_ID, sourceEdits, STYLE_ID } from './source-urls.ts'
import type { ViteHost } from './vite-host.ts'
import { COMPONENT_ID, templateEdits } from './vue-template.ts'

/** Requests for the text or the address of a source, not for what is in it. */
export const NO_SOURCE: RegExp = /[?&](?:raw|url|worker|sharedworker)\b/

/**
 * Before Vite reads a source: a picture that it names by a URL becomes a file relative to the source, which Vite then
 * hashes. In style sheets, in `new URL(…)` and in templates of Vue.
 */
export function rewriteSources(host: ViteHost): NonNullable<UnpluginOptions['transform']> {
  return {
    filter: { id: { include: SOURCE_ID, exclude: NO_SOURCE }, code: MAY_NAME_PICTURE },
    async handler(code, id) {
      const [file = id] = id.split('?', 1)
      const picture = (reference: { specifier: string; written: string }): Promise<NamedPicture> =>
        watchedPicture(host.build, reference, file, (files) => host.watch(this, id, files))
      const { root, log } = host.engine()
      const edits = COMPONENT_ID.test(id)
        ? await templateEdits(code, file, { root, config: host.config(), picture, warn: log.warn })
        : []
      // Vite reads `new URL(…)` in the scripts of pages only.
      const { environment } = this as unknown as Rollup.PluginContext
      if (STYLE_ID.test(id) || environment.config.consumer === 'client')
        edits.push(
          ...(await sourceEdits(code, id, async (reference) =>
            relativeURL(file, (await picture(reference)).file),
          )),
        )
      return await edited(code, edits, id)
    },
  }
}
