import { parse, type DefaultTreeAdapterTypes } from 'parse5'

/** A stretch of a page: UTF-16 code units from 0; `end` is behind the last one. */
export interface Span {
  start: number
  end: number
}

/** An attribute as it is written. */
export interface PageAttribute {
  /** With its entities decoded. */
  text: string
  /** As it is written, without its quotes. */
  raw: string
  /** Name and value. */
  span: Span
  /** The value with its quotes. */
  value: Span
  /** Where `raw` begins. */
  offset: number
}

/** An element as it is written. */
export interface PageElement {
  name: string
  /** Its start tag. */
  tag: Span
  /** By name. */
  attributes: ReadonlyMap<string, PageAttribute>
  /** Whether it lies in a `<picture>`. */
  inPicture: boolean
}

/** The elements of a page, in order: those of `<template>` and `<noscript>` too. */
export function pageElements(html: string): PageElement[] {
  // Without scripting the content of `<noscript>` is read as elements.
  const document = parse(html, { scriptingEnabled: false, sourceCodeLocationInfo: true })
  return elementsOf(document).map((element) => readElement(html, element))
}

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

/** Elements that stand in the source, once each: the parser makes others to mend what is not closed, or crossed. */
function elementsOf(document: Node): Element[] {
  const found = new Map<number, Element>()
  const pending = [document]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if ('attrs' in node && node.sourceCodeLocation != null) {
      const { startOffset } = node.sourceCodeLocation
      if (!found.has(startOffset)) found.set(startOffset, node)
    }
    const parent = 'content' in node ? node.content : node
    if ('childNodes' in parent) for (const child of parent.childNodes.toReversed()) pending.push(child)
  }
  return [...found.values()]
}

function readElement(
  html: string,
  { nodeName, attrs, parentNode, sourceCodeLocation }: Element,
): PageElement {
  const { startOffset, endOffset } = sourceCodeLocation?.startTag ?? sourceCodeLocation!
  const attributes = attrs.flatMap(({ name, prefix, value }): [string, PageAttribute][] => {
    const key = prefix === undefined || prefix === '' ? name : `${prefix}:${name}`
    const location = sourceCodeLocation?.attrs?.[key]
    if (location === undefined) return []
    const span = { start: location.startOffset, end: location.endOffset }
    return [[key, { text: value, span, ...valueOf(html, span) }]]
  })
  return {
    name: nodeName,
    tag: { start: startOffset, end: endOffset },
    attributes: new Map(attributes),
    inPicture: parentNode?.nodeName === 'picture',
  }
}

function valueOf(html: string, { start, end }: Span): Pick<PageAttribute, 'raw' | 'value' | 'offset'> {
  const written = html.slice(start, end)
  const [before = written, quote = ''] = /^.[^=]*=[\t\n\f\r ]*(["']?)/s.exec(written) ?? []
  const offset = start + before.length
  return {
    raw: html.slice(offset, end - quote.length),
    value: { start: offset - quote.length, end },
    offset,
  }
}
