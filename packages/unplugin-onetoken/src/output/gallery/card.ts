import { attributeValue } from '../element.ts'
import { STATE_WORDS } from '../state-words.ts'
import type { Candidate, Card } from './types.ts'

/** A prompt of so many characters is shown at once; of a longer one the beginning. */
const LONGEST_PROMPT = 320

/** How a price is written. */
export type Dollars = (usd: number) => string

/** Text between tags. */
export function text(value: string): string {
  return clean(value).replace(/[&<>]/g, (character) => ENTITIES[character] ?? character)
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Lines that are not empty: what a person wrote is one of them, with empty lines of its own. */
export function lines(...all: readonly string[]): string {
  return all.filter((line) => line !== '').join('\n')
}

/** Characters that no page can hold are replaced, and those that turn others round are shown as escapes. */
function clean(value: string): string {
  return value
    .replace(/(?![\n\t])[\p{Cc}\p{Cs}]/gu, '\ufffd')
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
}

/** What a card can be looked for by: the filters of the page. */
export function classesOf({ state, problem, alt, candidates }: Card): string[] {
  const isTrouble = state === 'refused' || state === 'unavailable' || state === 'possibly-billed'
  return [
    ...(state === 'missing' || state === 'stale' ? [state] : []),
    ...(isTrouble || problem !== undefined ? ['trouble'] : []),
    ...(candidates.length > 1 ? ['several'] : []),
    ...(alt === undefined ? ['untold'] : []),
  ]
}

/** Markup of a card. */
export function cardMarkup(card: Card, dollars: Dollars): string {
  const { label, state, after, where, candidates } = card
  const stateText = `${STATE_WORDS[state]}${after === undefined ? '' : `, after ${after}`}`
  return lines(
    `<li class="${['card', ...classesOf(card)].join(' ')}"><article>`,
    mainMarkup(card, dollars),
    candidates.length > 1 ? candidatesMarkup(card) : '',
    '<div class="told">',
    `<div class="head"><h3><bdi>${text(label)}</bdi></h3><p class="state">${text(stateText)}</p></div>`,
    `<p class="where"><code>${text(where)}</code></p>`,
    promptMarkup(card.prompt),
    card.problem === undefined ? '' : problemMarkup(card.problem),
    factsMarkup(card, dollars),
    commandsMarkup(card),
    '</div></article></li>',
  )
}

function mainMarkup(card: Card, dollars: Dollars): string {
  const used = card.candidates.find(({ number }) => number === card.pick)
  if (used?.thumbnail !== undefined) {
    const alt = card.alt === undefined || card.alt === '' ? card.label : `${card.label}: ${card.alt}`
    return `<div class="mat">${thumbnailMarkup(used, alt)}</div>`
  }
  const words =
    card.state === 'missing' ? `Not rendered yet: at most ${dollars(card.worst)}` : 'No picture to show'
  return `<div class="mat"><p>${words}</p></div>`
}

function thumbnailMarkup({ thumbnail }: Candidate, alt: string): string {
  if (thumbnail === undefined) return '<p>–</p>'
  const { src, width, height } = thumbnail
  const size = `width="${width}" height="${height}"`
  return `<img src=${attributeValue(src)} ${size} alt=${attributeValue(clean(alt))} loading="lazy" decoding="async">`
}

function candidatesMarkup({ candidates, pick, label }: Card): string {
  const figures = candidates.map((candidate) => {
    const { number } = candidate
    const isUsed = number === pick
    const alt = `Candidate ${number} of ${label}`
    return `<li class="candidate${isUsed ? ' used' : ''}"><figure><div class="mat">${thumbnailMarkup(candidate, alt)}</div><figcaption>${number}${isUsed ? ', used' : ''}</figcaption></figure></li>`
  })
  return `<ol class="candidates" role="list">${figures.join('')}</ol>`
}

function promptMarkup(prompt: string): string {
  const characters = [...prompt]
  if (characters.length <= LONGEST_PROMPT) return `<p class="prompt" dir="auto">${text(prompt)}</p>`
  const beginning = `${characters.slice(0, LONGEST_PROMPT * 0.75).join('')}…`
  return `<p class="prompt" dir="auto">${text(beginning)}</p>
<details><summary>All ${characters.length} characters</summary><p class="prompt" dir="auto">${text(prompt)}</p></details>`
}

function problemMarkup({ message, hint }: NonNullable<Card['problem']>): string {
  return `<div class="problem"><p>${text(message)}</p>${hint === undefined ? '' : `<p>${text(hint)}</p>`}</div>`
}

function factsMarkup(card: Card, dollars: Dollars): string {
  const { model, size, quality, inputs, madeFor, file, paid, state, worst, open, alt } = card
  const pretend = paid?.isPretend === true ? ', pretend' : ''
  const isPriced = state === 'missing' || state === 'stale' || state === 'provisional'
  const price = `at most ${dollars(worst)}${open ? ', as size or quality is open' : ''}`
  const facts: [string, string][] = [
    ['Model', text(model)],
    ['Size', text(size)],
    ['Quality', text(quality ?? 'not set')],
    ...(inputs.length === 0 ? [] : [['Edited from', text(inputs.join(', '))] as [string, string]]),
    ...(madeFor === undefined ? [] : [['Made for', text(madeFor)] as [string, string]]),
    ...(file === undefined ? [] : [['File', text(file)] as [string, string]]),
    ...(paid === undefined ? [] : [['Cost', `${dollars(paid.usd)}${pretend}`] as [string, string]]),
    ...(isPriced ? [[state === 'stale' ? 'Anew' : 'Would cost', price] as [string, string]] : []),
    ...(paid === undefined ? [] : [['Made', timeMarkup(paid.created)] as [string, string]]),
    ['Alt text', altMarkup(alt)],
  ]
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd dir="auto">${value}</dd>`)
  return `<dl class="facts">${rows.join('')}</dl>`
}

function timeMarkup(created: string): string {
  return `<time datetime=${attributeValue(created)}>${text(created.slice(0, 10))}</time>`
}

function altMarkup(alt: string | undefined): string {
  if (alt === undefined) return '<span class="lacking">missing</span>'
  return alt === '' ? 'empty: only decoration' : text(alt)
}

/** Commands are shown one a line, and a click takes a whole one. */
function commandsMarkup({ name, state, candidates, pick }: Card): string {
  const rendering = `npx --no-install onetoken render${name === undefined ? '' : ` ${name}`}`
  // The dark version of an entry is one picture, also where several were accepted for it.
  const isDark = name?.endsWith(':dark') === true
  const others = isDark ? [] : candidates.filter(({ number }) => number !== pick)
  const picking = others.map(({ number }) =>
    name === undefined ? `&pick=${number}` : `npx --no-install onetoken pick ${name} ${number}`,
  )
  return lines(
    state === 'missing' || state === 'provisional' ? commandList('To render it', [rendering]) : '',
    state === 'stale' ? commandList('To render it anew', [`${rendering} --stale`]) : '',
    picking.length === 0 ? '' : commandList('To use another one', picking),
  )
}

function commandList(title: string, commands: readonly string[]): string {
  const items = commands.map((command) => `<li><code>${text(command)}</code></li>`)
  return `<details><summary>${title}</summary><ul class="commands" role="list">${items.join('')}</ul></details>`
}
