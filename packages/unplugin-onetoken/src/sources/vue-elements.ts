import { blank, blocksOf, endOfTag } from './blocks.ts'
import type { PageElement } from './html-elements.ts'

/** What is read of the syntax tree of a template, as `vue/compiler-sfc` gives it. */
export interface VueNode {
  /** 1 is an element. */
  type: number
  loc: VueLocation
  tag?: string
  /** 0 is an element of HTML or SVG; others are components, slots and templates. */
  tagType?: number
  props?: VueProp[]
  children?: unknown[]
}

interface VueProp {
  /** 6 is an attribute, 7 a directive. */
  type: number
  name: string
  rawName?: string
  value?: { content: string; loc: VueLocation } | undefined
  loc: VueLocation
}

/** UTF-16 code units from the start of the component file. */
interface VueLocation {
  start: { offset: number }
  end: { offset: number }
}

const ELEMENT = 1
const ATTRIBUTE = 6

/** An element of a template; a directive is an attribute without text. */
export interface VueElement extends PageElement {
  isComponent: boolean
}

/** The elements of the template of a component file, in order. */
export function vueElements(code: string, root: VueNode): VueElement[] {
  const found: VueElement[] = []
  const visit = (node: VueNode, parent: string | undefined): void => {
    if (node.type === ELEMENT) found.push(readElement(code, node, parent))
    // Texts and interpolations have strings and expressions where elements have children.
    for (const child of node.children ?? []) if (isNode(child)) visit(child, node.tag)
  }
  visit(root, undefined)
  return found
}

function isNode(child: unknown): child is VueNode {
  return typeof child === 'object' && child !== null && 'loc' in child && 'type' in child
}

function readElement(
  code: string,
  { tag = '', tagType = 0, props = [], loc }: VueNode,
  parent: string | undefined,
): VueElement {
  return {
    name: tag,
    isComponent: tagType !== 0,
    // The end of the start tag for elements without content, the only ones for which it counts.
    tag: spanOf(loc),
    attributes: new Map(props.map((prop) => readProp(code, prop))),
    inPicture: parent === 'picture',
  }
}

type Attribute = PageElement['attributes'] extends ReadonlyMap<string, infer Value> ? Value : never

function readProp(code: string, { type, name, rawName, value, loc }: VueProp): [string, Attribute] {
  const span = spanOf(loc)
  if (type !== ATTRIBUTE || value === undefined) {
    const nothing = { start: span.end, end: span.end }
    return [
      type === ATTRIBUTE ? name : (rawName ?? name),
      { text: '', raw: '', span, value: nothing, offset: span.end },
    ]
  }
  const quoted = spanOf(value.loc)
  const written = code.slice(quoted.start, quoted.end)
  const quotes = /^["']/.test(written) ? 1 : 0
  return [
    name,
    {
      text: value.content,
      raw: written.slice(quotes, written.length - quotes),
      span,
      value: quoted,
      offset: quoted.start + quotes,
    },
  ]
}

function spanOf({ start, end }: VueLocation): { start: number; end: number } {
  return { start: start.offset, end: end.offset }
}

/** Elements that Vue's compiler reads, and what tells how to. */
const KEPT = new Set(['image', 'img', 'picture', 'source', 'svg', 'video'])

/**
 * The template of a component file as a page that `htmlReferences` can read, each character in its place: without the
 * other blocks and what is interpolated, and with all elements that name no pictures made unknown ones. HTML would take
 * `<textarea />`, which ends here in Vue, for the beginning of a text, and `<Image>` for a picture. For a look at the
 * sources without Vue's compiler.
 */
export function templateAsPage(code: string): string {
  const template = [...blocksOf(code, '.vue')].find(({ name }) => name === 'template')
  if (template === undefined) return ''
  const { start, end } = template.content
  return blank(code.slice(0, start)) + neutral(code.slice(start, end))
}

const PART = /<!--|\{\{|<\/?([a-z][^\s/>]*)/gi

function neutral(template: string): string {
  const part = new RegExp(PART)
  let page = ''
  for (let found = part.exec(template); found !== null; found = part.exec(template)) {
    const [begin, name] = found
    page += template.slice(page.length, found.index)
    if (name === undefined) {
      const close = begin === '{{' ? '}}' : '-->'
      const end = template.indexOf(close, part.lastIndex)
      if (end < 0) break
      part.lastIndex = end + close.length
      page += blank(template.slice(found.index, part.lastIndex))
    } else {
      page += begin.slice(0, -name.length) + (KEPT.has(name) ? name : unknown(name))
      // Attributes are words, whatever stands in them.
      part.lastIndex = endOfTag(template, part.lastIndex) ?? part.lastIndex
    }
  }
  return page + template.slice(page.length)
}

/** A name of the same length that no element of HTML has. */
function unknown(name: string): string {
  return name.length === 1 ? 'x' : `x${name.slice(1, -1)}-`
}
