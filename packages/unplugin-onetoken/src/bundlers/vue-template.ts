import type { ResolvedConfig } from 'vite'
import {
  quote,
  visible,
  vueReferences,
  type Edit,
  type HtmlReference,
  type VueNode,
} from '../engine/index.ts'
import { editsOf, mistakeIn, type Page } from './page-edits.ts'
import { relativeURL } from './source-urls.ts'

/** A component file itself, not its parts such as `App.vue?vue&type=style`. */
export const COMPONENT_ID: RegExp = /\.vue$/

/** What only Vue's compiler reads: on an element with these, nothing may come between it and its neighbours. */
const DIRECTIVE = /^(?:v-|:|@|#|\.)|^(?:ref|key|is)$/

/**
 * Before Vue compiles a component: pictures that its template names become elements with URLs relative to the
 * component, of which Vue makes imports.
 */
export async function templateEdits(
  code: string,
  file: string,
  page: Pick<Page, 'root' | 'config' | 'picture' | 'warn'>,
): Promise<Edit[]> {
  const tree = compilerOf(page.config)?.parse(code, { filename: file }).descriptor.template?.ast
  if (tree == null) return []
  const references = await vueReferences(code, tree)
  const unread = references.find((reference) => reference.kind === 'unread')
  if (unread !== undefined) throw await unreadByVue(page.root, file, unread)
  const template: Page = {
    ...page,
    html: code,
    file,
    address: undefined,
    served: true,
    urlOf: async (picture) => {
      // Vue takes them for the end of a URL in a `srcset`.
      const url = relativeURL(file, picture).replaceAll(/[\s,]/g, encodeURIComponent)
      return `${url}?no-inline`
    },
  }
  const edits = references.map((reference) => editsOf(template, withDirectives(reference)))
  return (await Promise.all(edits)).flat()
}

/** What is used of `vue/compiler-sfc`. */
interface Compiler {
  parse(code: string, options: { filename: string }): { descriptor: { template: { ast?: VueNode } | null } }
}

/** The compiler of the project's plugin for Vue: only it knows what it will read. */
function compilerOf({ plugins }: ResolvedConfig): Compiler | undefined {
  for (const { api } of plugins) {
    const compiler = (api as { options?: { compiler?: Partial<Compiler> } } | undefined)?.options?.compiler
    if (typeof compiler?.parse === 'function') return compiler as Compiler
  }
  return undefined
}

/** What Vue leaves as it is written, no browser could read. Told before anything is asked for. */
function unreadByVue(
  root: string,
  file: string,
  { element, attribute, written }: Extract<HtmlReference, { kind: 'unread' }>,
): Promise<unknown> {
  const what = `In a template of Vue, the attribute ${quote(attribute)} of <${visible(element)}> cannot name a picture.`
  const hint =
    'It can stand in the src or srcset of <img> and <source>, in <video poster> and in the href of an SVG <image>. ' +
    'Elsewhere import the picture in a script, and bind it: :src="hero"'
  return mistakeIn({ root, file }, written, what, hint)
}

/** What Vue binds is given by the author, and an `<img>` with directives stays alone. */
function withDirectives(reference: HtmlReference): HtmlReference {
  if (reference.kind !== 'img') return reference
  const names = [...reference.attributes.keys()]
  const bound = names.flatMap((name) => /^(?:v-bind)?:([\w-]+)/.exec(name)?.[1] ?? [])
  return {
    ...reference,
    attributes: new Map([...bound.map((name) => [name, ''] as const), ...reference.attributes]),
    inPicture: reference.inPicture || names.some((name) => DIRECTIVE.test(name)),
  }
}
