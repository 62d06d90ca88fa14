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

/**
 * The template of a component file as a page that `htmlReferences` can read, each character in its place: without the
 * other blocks, and with components that are called like elements made unknown ones. For a look at the sources without
 * Vue's compiler.
 */
export function templateAsPage(code: string): string {
  const open = /^<template\b/m.exec(code)
  const close = code.lastIndexOf('</template')
  if (open === null || close < open.index) return ''
  const blank = (text: string): string => text.replace(/[^\n]/g, ' ')
  const template = code.slice(open.index, close).replace(/<(\/?)[A-Z]/g, '<$1x')
  return blank(code.slice(0, open.index)) + template.replace(/^<template/, '<div     ')
}
