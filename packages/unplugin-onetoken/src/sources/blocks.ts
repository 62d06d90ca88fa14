import type { Span } from './html-elements.ts'

/** A comment, a script, a style sheet or, in a component file of Vue, any other block. */
export interface Block {
  /** In lower case; `!--` of a comment. */
  name: string
  /** As they are written, with the space before them. */
  attributes: string
  /** UTF-16 code units from 0. */
  whole: Span
  content: Span
}

const SCRIPTS_AND_STYLES = /<!--|<(script|style)(?=[\s/>])/gi
const ANY = /<!--|<([a-z][\w-]*)/gi

/**
 * The blocks of a page or a component file, in order. Each hides what looks like one in it. What is never closed is none.
 * @param extension `.html`, `.vue`, `.svelte` or `.astro`
 */
export function* blocksOf(text: string, extension: string): Generator<Block> {
  // Vue knows blocks at the top only: its template and blocks of its user's may hold what looks like others.
  const open = new RegExp(extension === '.vue' ? ANY : SCRIPTS_AND_STYLES)
  const unclosed = new Set<string>()
  for (let found = open.exec(text); found !== null; found = open.exec(text)) {
    const name = found[1]?.toLowerCase() ?? '!--'
    const start = found.index
    const inside = name === '!--' ? open.lastIndex : endOfTag(text, open.lastIndex)
    if (inside === undefined || unclosed.has(name)) continue
    const attributes = name === '!--' ? '' : text.slice(open.lastIndex, inside - 1)
    const isEmpty = extension !== '.html' && attributes.endsWith('/')
    const close = isEmpty ? { start: inside, end: inside } : closeOf(text, name, inside)
    if (close === undefined) {
      // Nor is any later one: nobody looks for its end once more.
      unclosed.add(name)
      continue
    }
    open.lastIndex = close.end
    yield {
      name,
      attributes,
      whole: { start, end: close.end },
      content: { start: inside, end: close.start },
    }
  }
}

/** As many spaces, in as many lines. */
export function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

/**
 * Where a start tag ends whose attributes begin at `from`, behind its `>`; undefined when it does not end. Attributes may
 * hold a `>`: `generic="T extends Set<U>"`.
 */
export function endOfTag(text: string, from: number): number | undefined {
  for (let at = from; at < text.length; at += 1) {
    const char = text[at]
    if (char === '>') return at + 1
    if (char === '<') return undefined
    if (char !== '"' && char !== "'") continue
    const close = text.indexOf(char, at + 1)
    if (close < 0) return undefined
    at = close
  }
  return undefined
}

/** The end tag of an element whose content begins at `from`. */
function closeOf(text: string, name: string, from: number): Span | undefined {
  if (name === 'template') return closeOfTemplate(text, from)
  const close = new RegExp(name === '!--' ? '-->' : `</${name}\\s*>`, 'gi')
  close.lastIndex = from
  const found = close.exec(text)
  return found === null ? undefined : { start: found.index, end: close.lastIndex }
}

/** Templates lie in templates. */
function closeOfTemplate(text: string, from: number): Span | undefined {
  const tag = /<\/template\s*>|<template(?=[\s/>])/gi
  tag.lastIndex = from
  let depth = 1
  for (let found = tag.exec(text); found !== null; found = tag.exec(text)) {
    const isEnd = found[0].startsWith('</')
    const isEmpty = !isEnd && text[(endOfTag(text, tag.lastIndex) ?? 0) - 2] === '/'
    if (!isEmpty) depth += isEnd ? -1 : 1
    if (depth === 0) return { start: found.index, end: tag.lastIndex }
  }
  return undefined
}
