import type { UnpluginOptions } from 'unplugin'
import type { Rollup } from 'vite'
import {
  applyEdits,
  htmlReferences,
  quote,
  visible,
  type Edit,
  type HtmlReference,
  type PageURL,
} from '../engine/index.ts'
import { watchedPicture, type NamedPicture } from './build.ts'
import { MAY_NAME_PICTURE } from './source-urls.ts'
import type { ViteHost } from './vite-host.ts'
import { editsOf, mistakeIn, type Page } from './page-edits.ts'
import { builtURL, devURL } from './vite-urls.ts'
import { PAGES } from './vite-dev.ts'

/**
 * Before Vite reads a page: pictures that it names become elements and URLs. After all other plugins that change a
 * page then, as templates are filled in there.
 */
export function rewritePages(host: ViteHost): UnpluginOptions {
  const warn = onlyOnce((message) => host.engine().log.warn(message))
  return {
    name: 'unplugin-onetoken:html',
    enforce: 'post',
    vite: {
      transformIndexHtml: {
        order: 'pre',
        async handler(html, { filename: file, server }) {
          if (!MAY_NAME_PICTURE.test(html)) return undefined
          const { references, address } = await htmlReferences(html)
          // In a build it is the context of the hook in which Vite reads the page; its types do not tell.
          const context = this as unknown as Rollup.PluginContext
          const page = openPage(host, { html, file, address, served: server !== undefined, warn }, context)
          for (const reference of references) await refuseUnread(page, reference)
          await Promise.all(references.flatMap(urlsOf).map(page.picture))
          // One after the other: where files are equal, the first one that is emitted gives the name to all.
          const edits: Edit[] = []
          for (const reference of references) edits.push(...(await editsOf(page, reference)))
          return applyEdits(html, edits)
        },
      },
    },
  }
}

type GivenPage = Pick<Page, 'html' | 'file' | 'address' | 'served' | 'warn'>

function openPage(host: ViteHost, given: GivenPage, context: Rollup.PluginContext): Page {
  const config = host.config()
  const pictures = new Map<string, Promise<NamedPicture>>()
  const load = (reference: PageURL): Promise<NamedPicture> =>
    watchedPicture(host.build, reference, given.file, (files) => host.watch(context, PAGES, files))
  return {
    ...given,
    root: host.engine().root,
    config,
    async picture(reference) {
      const loading = pictures.get(reference.specifier) ?? load(reference)
      pictures.set(reference.specifier, loading)
      return await loading
    },
    urlOf: async (file, element) =>
      given.served ? devURL(config, file, element) : builtURL(context, config, file),
  }
}

function urlsOf(reference: HtmlReference): PageURL[] {
  if (reference.kind === 'srcset') return reference.candidates
  return reference.kind === 'img' || reference.kind === 'url' ? [reference] : []
}

/** Before anything is asked for: words that end where a `srcset` ends a URL would be other words. */
async function refuseUnread(page: Page, reference: HtmlReference): Promise<void> {
  if (reference.kind === 'unread') {
    const { element, attribute, written } = reference
    throw await mistakeIn(
      page,
      written,
      `The attribute ${quote(attribute)} of <${visible(element)}> cannot name a picture.`,
      'Name it in the src or srcset of an <img> (loading="lazy" loads it when it is seen), or import it in a script.',
    )
  }
  if (reference.kind !== 'srcset') return
  for (const { written, cutOff } of reference.candidates) {
    if (cutOff === undefined) continue
    const what = cutOff === '' ? 'no width or density' : `${quote(cutOff)}, which is no width or density,`
    throw await mistakeIn(
      page,
      written,
      `In a srcset, ${quote(written)} has ${what} behind it.`,
      'Spaces and commas end a URL there: write %20 and %2C for those of the words, and end each with its width, such as 480w. Or name an entry of the manifest: onetoken:hero?w=480 480w',
    )
  }
}

function onlyOnce(say: (message: string) => void): (message: string) => void {
  const said = new Set<string>()
  return (message) => {
    if (!said.has(message)) say(message)
    said.add(message)
  }
}
