import { cssReferences } from './css-references.ts'
import { referenceIn, type HtmlReference } from './html-references.ts'
import { vueElements, type VueElement, type VueNode } from './vue-elements.ts'

/** Attributes of which Vue's compiler makes imports. Those of components are theirs. */
const READ_BY_VUE: ReadonlyMap<string, readonly string[]> = new Map([
  ['image', ['href', 'xlink:href']],
  ['img', ['src', 'srcset']],
  ['source', ['src', 'srcset']],
  ['video', ['poster']],
])

/** The pictures that the template of a component file names, in order. */
export function vueReferences(code: string, root: VueNode): HtmlReference[] {
  return vueElements(code, root).flatMap((element) =>
    [...element.attributes].flatMap(([key, attribute]) => {
      const reference = referenceIn(element, key, attribute)
      return reference === undefined ? [] : readBy(element, key, reference)
    }),
  )
}

function readBy({ name, isComponent }: VueElement, key: string, reference: HtmlReference): HtmlReference[] {
  if (!isComponent && READ_BY_VUE.get(name)?.includes(key) === true) return [reference]
  const place = { kind: 'unread', element: name, attribute: key } as const
  if (reference.kind === 'style')
    return cssReferences(reference.css).map(({ specifier, written }) => ({
      ...place,
      specifier,
      written,
      offset: reference.offset,
    }))
  if (reference.kind === 'srcset')
    return reference.candidates.map((candidate) => ({ ...candidate, ...place }))
  const { specifier, written, offset } = reference
  return [{ ...place, specifier, written, offset }]
}
