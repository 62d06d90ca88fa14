import { createHash } from 'node:crypto'
import { defaultTreeAdapter as tree, parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'
import { describe, expect, it } from 'vitest'
import { GALLERY_MARK, galleryPage } from './page.ts'
import type { Card, GalleryContent } from './types.ts'

const dollars = (usd: number): string => `$${usd.toFixed(3)}`

function card(changes: Partial<Card> = {}): Card {
  return {
    name: 'hero',
    label: 'hero',
    where: 'images.yaml:4:3',
    prompt: 'A red fox',
    model: 'gpt-image-2',
    size: '1024x1024',
    quality: 'low',
    inputs: [],
    alt: 'A fox',
    state: 'cached',
    after: undefined,
    worst: 0.006,
    open: false,
    madeFor: undefined,
    file: undefined,
    paid: { usd: 0.005, isPretend: false, created: '2026-11-22T10:00:00.000Z' },
    pick: 1,
    candidates: [{ number: 1, thumbnail: { src: 'index-pictures/hero.webp', width: 640, height: 640 } }],
    problem: undefined,
    ...changes,
  }
}

function page(changes: Partial<GalleryContent> = {}): string {
  const content = { title: 'shop', entries: [card()], imports: [], problems: [], spent: 0.005, pretend: 0 }
  return galleryPage({ ...content, ...changes }, dollars)
}

type Element = Tree.Element

function elements(html: string): Element[] {
  const found: Element[] = []
  const walk = (node: Tree.Node): void => {
    if (tree.isElementNode(node)) found.push(node)
    if ('childNodes' in node) node.childNodes.forEach(walk)
  }
  walk(parse(html))
  return found
}

const attributes = ({ attrs }: Element): Record<string, string> =>
  Object.fromEntries(attrs.map(({ name, value }) => [name, value]))
const withClass = (html: string, name: string): Element[] =>
  elements(html).filter((element) => attributes(element)['class']?.split(' ').includes(name))

function textOf(node: Tree.Node): string {
  if (tree.isTextNode(node)) return node.value
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : ''
}

const ATTACK = `</script><img src=x onerror=alert(1)>&lt;b&gt; "double" 'single' --> ]]>\n\nA second paragraph.`

describe('words of others', () => {
  const hostile = card({
    name: undefined,
    label: ATTACK,
    where: ATTACK,
    prompt: ATTACK,
    model: ATTACK,
    size: ATTACK,
    quality: ATTACK,
    inputs: [ATTACK],
    alt: ATTACK,
    problem: { message: ATTACK, hint: ATTACK },
    paid: { usd: 1, isPretend: true, created: ATTACK },
  })
  const html = page({ title: ATTACK, entries: [hostile], imports: [hostile], problems: [ATTACK] })

  it('are text, and nothing else', () => {
    expect(
      elements(html)
        .map(({ tagName }) => tagName)
        .filter((name) => name === 'script'),
    ).toEqual([])
    const images = elements(html).filter(({ tagName }) => tagName === 'img')
    expect(images.map((image) => attributes(image)['src'])).toEqual(Array(2).fill('index-pictures/hero.webp'))
    for (const element of elements(html)) {
      expect(Object.keys(attributes(element)).filter((name) => name.startsWith('on'))).toEqual([])
    }
    const names = new Set([
      'charset',
      'http-equiv',
      'content',
      'name',
      'lang',
      'class',
      'role',
      'dir',
      'datetime',
    ])
    for (const name of ['src', 'width', 'height', 'alt', 'loading', 'decoding', 'type', 'id', 'checked'])
      names.add(name)
    for (const element of elements(html)) {
      for (const name of Object.keys(attributes(element))) expect(names).toContain(name)
    }
  })

  it('are shown as they are', () => {
    expect(withClass(html, 'prompt').map(textOf)).toEqual([ATTACK, ATTACK])
    expect(attributes(elements(html).find(({ tagName }) => tagName === 'img') as Element)['alt']).toBe(
      `${ATTACK}: ${ATTACK}`,
    )
  })

  it('cannot turn round what stands beside them', () => {
    const prompts = withClass(page({ entries: [card({ prompt: 'a\u202eb\u2066c\u0000d\ud800' })] }), 'prompt')
    expect(prompts.map(textOf)).toEqual(['a\\u202eb\\u2066c\ufffdd\ufffd'])
  })
})

it('lets the browser run nothing, and ask nobody', () => {
  const html = page()
  const policy = elements(html).find((element) => attributes(element)['http-equiv'] !== undefined)
  const style = elements(html).find(({ tagName }) => tagName === 'style')
  const digest = createHash('sha256')
    .update(textOf(style as Element))
    .digest('base64')
  expect(attributes(policy as Element)['content']).toBe(
    `default-src 'none'; style-src 'sha256-${digest}'; img-src 'self' file:; base-uri 'none'; form-action 'none'`,
  )
  expect(html).toContain(GALLERY_MARK)
  expect(html).not.toMatch(/\bstyle=|\bhref=|url\(|@import/)
})

describe('a card', () => {
  const commands = (html: string): string[] =>
    elements(html)
      .filter(({ tagName, parentNode }) => tagName === 'code' && parentNode?.nodeName === 'li')
      .map(textOf)
  const thumbnail = { src: 'x.webp', width: 240, height: 240 }
  const candidates = [1, 2, 3].map((number) => ({ number, thumbnail }))

  it('marks the candidate that is used, and says how to use another', () => {
    const html = page({ entries: [card({ candidates, pick: 2 })] })
    expect(withClass(html, 'candidate').map(textOf)).toEqual(['1', '2, used', '3'])
    expect(withClass(html, 'used')).toHaveLength(1)
    expect(commands(html)).toEqual([
      'npx --no-install onetoken pick hero 1',
      'npx --no-install onetoken pick hero 3',
    ])
    expect(commands(page({ imports: [card({ name: undefined, candidates, pick: 3 })] }))).toEqual([
      '&pick=1',
      '&pick=2',
    ])
    // There is nothing in the manifest that could say it.
    expect(commands(page({ entries: [card({ name: 'hero:dark', candidates, pick: 1 })] }))).toEqual([])
  })

  it('says what a missing render would cost, and how to render it', () => {
    const missing = card({ state: 'missing', candidates: [], paid: undefined, open: true })
    const html = page({ entries: [missing] })
    expect(html).toContain('Not rendered yet: at most $0.006')
    expect(html).toContain('at most $0.006, as size or quality is open')
    expect(commands(html)).toEqual(['npx --no-install onetoken render hero'])
    expect(textOf(withClass(html, 'summary')[0] as Element)).toBe(
      '1 picture: 0 cached; 1 missing, at most $0.006. What is cached has cost $0.005.',
    )
  })

  it('says what a new render of a stale edit would cost', () => {
    const stale = card({
      name: 'hero:dark',
      label: 'hero:dark',
      state: 'stale',
      after: 'hero',
      inputs: ['hero'],
    })
    const html = page({ entries: [stale] })
    expect(withClass(html, 'head').map(textOf)).toEqual(['hero:darkstale, after hero'])
    expect(html).toContain('<dt>Edited from</dt><dd dir="auto">hero</dd>')
    expect(html).toContain('<dt>Anew</dt><dd dir="auto">at most $0.006</dd>')
    expect(commands(html)).toEqual(['npx --no-install onetoken render hero:dark --stale'])
  })

  it('tells an alt text that is missing from one that is empty', () => {
    expect(textOf(withClass(page({ entries: [card({ alt: undefined })] }), 'lacking')[0] as Element)).toBe(
      'missing',
    )
    const decoration = page({ entries: [card({ alt: '' })] })
    expect(withClass(decoration, 'lacking')).toEqual([])
    expect(decoration).toContain('empty: only decoration')
  })

  it('shows the beginning of a long prompt, and all of it on demand', () => {
    const prompt = '狐'.repeat(5000)
    const html = page({ entries: [card({ prompt })] })
    expect(withClass(html, 'prompt').map((element) => [...textOf(element)].length)).toEqual([241, 5000])
    expect(html).toContain('<summary>All 5000 characters</summary>')
  })

  it('can be found by what is to be done about it', () => {
    const entries = [
      card(),
      card({ state: 'missing' }),
      card({ state: 'stale', after: 'hero' }),
      card({ state: 'refused' }),
      card({ problem: { message: 'Damaged.', hint: undefined } }),
      card({ candidates }),
      card({ alt: undefined }),
    ]
    const html = page({ entries })
    const labels = elements(html).filter(({ tagName }) => tagName === 'label')
    expect(labels.map(textOf)).toEqual([
      'All (7)',
      'Missing (1)',
      'Stale (1)',
      'In trouble (2)',
      'With several candidates (1)',
      'Without alt text (1)',
    ])
    // No filters where there is nothing to filter.
    expect(elements(page()).filter(({ tagName }) => tagName === 'label')).toEqual([])
  })
})

it('says so when there is nothing', () => {
  expect(page({ entries: [] })).toContain('The project asks for no pictures')
})
