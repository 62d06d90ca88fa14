import { createHash } from 'node:crypto'
import { STATE_WORDS, type ShownState } from '../state-words.ts'
import { cardMarkup, classesOf, lines, text, type Dollars } from './card.ts'
import { GALLERY_STYLE } from './style.ts'
import type { Card, GalleryContent } from './types.ts'

/** Stands in the head of every gallery, so that one of ours is told from other pages. */
export const GALLERY_MARK = '<meta name="generator" content="onetoken gallery">'

/** Filters by the classes of cards that they show. */
const FILTERS = {
  missing: 'Missing',
  stale: 'Stale',
  trouble: 'In trouble',
  several: 'With several candidates',
  untold: 'Without alt text',
}

/**
 * The page of a gallery: one file that needs no script, no network and, beside thumbnails, no other file. Whatever
 * words hold, the page runs nothing and asks nobody: it says so to the browser.
 */
export function galleryPage(content: GalleryContent, dollars: Dollars): string {
  const { title, entries, imports, problems } = content
  const all = [...entries, ...imports]
  const head = lines(
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy()}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="robots" content="noindex">',
    GALLERY_MARK,
    `<title>Pictures of ${text(title)}</title>`,
    `<style>${GALLERY_STYLE}</style>`,
  )
  const body = lines(
    '<header>',
    `<h1>Pictures of <bdi>${text(title)}</bdi></h1>`,
    `<p class="summary">${summary(content, dollars)}</p>`,
    filterMarkup(all),
    '</header>',
    '<main>',
    problemsMarkup(problems),
    section('Entries of the manifest', entries, dollars),
    section('Imports in the sources', imports, dollars),
    '</main>',
  )
  return `<!doctype html>\n<html lang="en">\n<head>\n${head}\n</head>\n<body>\n${body}\n</body>\n</html>\n`
}

/** The style sheet is the only thing that may be used, by its digest, beside pictures of this machine. */
function policy(): string {
  const digest = createHash('sha256').update(GALLERY_STYLE).digest('base64')
  return [
    `default-src 'none'`,
    `style-src 'sha256-${digest}'`,
    `img-src 'self' file:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ')
}

function summary({ entries, imports, spent, pretend }: GalleryContent, dollars: Dollars): string {
  const all = [...entries, ...imports]
  if (all.length === 0)
    return 'The project asks for no pictures: it has no manifest entry and no virtual:onetoken import.'
  const of = (state: ShownState): Card[] => all.filter((card) => card.state === state)
  const missing = of('missing')
  const stale = of('stale')
  const provisional = of('provisional')
  const told = (state: ShownState): string[] =>
    of(state).length === 0 ? [] : [`${of(state).length} ${STATE_WORDS[state]}`]
  const states = [
    `${of('cached').length} cached`,
    ...told('accepted'),
    ...told('imported'),
    ...(provisional.length === 0
      ? []
      : [`${provisional.length} ${STATE_WORDS.provisional}, at most ${dollars(worstOf(provisional))}`]),
    ...(missing.length === 0 ? [] : [`${missing.length} missing, at most ${dollars(worstOf(missing))}`]),
    ...(stale.length === 0 ? [] : [`${stale.length} stale, at most ${dollars(worstOf(stale))} anew`]),
    ...(['refused', 'unavailable', 'possibly-billed'] as const).flatMap(told),
  ]
  const number = all.length === 1 ? '1 picture' : `${all.length} pictures`
  const pretence =
    pretend === 0 ? '' : ` ${pretend === 1 ? '1 is' : `${pretend} are`} pretend, of a look-alike of the API.`
  return `${number}: ${states.join('; ')}. What is cached has cost ${dollars(spent)}.${pretence}`
}

function worstOf(cards: readonly Card[]): number {
  return cards.reduce((sum, { worst }) => sum + worst, 0)
}

function filterMarkup(all: readonly Card[]): string {
  const numbers = Object.keys(FILTERS).map(
    (name) => all.filter((card) => classesOf(card).includes(name)).length,
  )
  if (numbers.every((number) => number === 0)) return ''
  const radio = (id: string, label: string, number: number, checked = ''): string =>
    `<label><input type="radio" name="show" id="show-${id}"${checked}>${label} (${number})</label>`
  const radios = Object.entries(FILTERS).flatMap(([name, label], index) =>
    numbers[index] === 0 ? [] : [radio(name, label, numbers[index] ?? 0)],
  )
  return `<fieldset class="filter"><legend>Show</legend>${radio('all', 'All', all.length, ' checked')}${radios.join('')}</fieldset>`
}

function section(title: string, cards: readonly Card[], dollars: Dollars): string {
  if (cards.length === 0) return ''
  const markup = cards.map((card) => cardMarkup(card, dollars)).join('\n')
  return `<section><h2>${title}</h2>\n<ul class="cards" role="list">\n${markup}\n</ul></section>`
}

function problemsMarkup(problems: readonly string[]): string {
  if (problems.length === 0) return ''
  const items = problems.map((problem) => `<li class="problem"><p>${text(problem)}</p></li>`)
  return `<section><h2>What could not be read</h2>\n<ul class="problems" role="list">${items.join('')}</ul></section>`
}
