import { applyEdits, htmlReferences, type HtmlReference } from '../engine/index.ts'
import { editsOf, type Page } from './page-edits.ts'
import { relativeURL } from './source-urls.ts'

/** A component file itself, not its parts such as `App.vue?vue&type=style`. */
export const COMPONENT_ID: RegExp = /\.vue$/

/** What only Vue's compiler reads: on an element with these, nothing may come between it and its neighbours. */
const DIRECTIVE = /^(?:v-|:|@|#|\.)|^(?:ref|key|is)$/

/**
 * Before Vue compiles a component: pictures that its template names become elements with URLs relative to the
 * component, of which Vue makes imports. Undefined when it names none.
 */
export async function rewriteTemplate(
  code: string,
  file: string,
  page: Pick<Page, 'root' | 'config' | 'picture' | 'warn'>,
): Promise<string | undefined> {
  const { references } = await htmlReferences(code)
  if (references.length === 0) return undefined
  const template: Page = {
    ...page,
    html: code,
    file,
    address: undefined,
    served: true,
    urlOf: async (picture) => `${relativeURL(file, picture)}?no-inline`,
  }
  const edits = references.map((reference) => editsOf(template, withDirectives(reference)))
  return applyEdits(code, (await Promise.all(edits)).flat())
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
