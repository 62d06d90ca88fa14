import {
  count,
  describe,
  dollars,
  hasPretend,
  isProvisional,
  keptIn,
  pretendText,
  shownState,
  silentText,
  size,
  sizeNote,
  STATE_WORDS,
  survey,
  visible,
  type Engine,
  type Kept,
  type PlannedRender,
  type Survey,
} from '../engine/index.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson } from './output.ts'
import { table } from './table.ts'
import { commandEngine } from './terminal.ts'

/** `onetoken plan` */
export async function plan(flags: GlobalFlags): Promise<number> {
  const engine = commandEngine(flags)
  const { root } = engine
  const found = await survey(engine)
  const kept = await keptIn(engine)
  const pretend = pretendText(await pretendLabels(engine, found))
  const bad = found.problems.length > 0 || found.renders.some(({ problem }) => problem !== undefined)
  if (flags.json === true) {
    printJson(planJson(found, kept))
    return bad ? 1 : 0
  }
  const problems = [...found.renders.flatMap(({ problem }) => problem ?? []), ...found.problems]
  const silence = silentText(found.silent)
  const paragraphs = [
    table(found.renders.map(row)),
    [
      ...(found.renders.length === 0 ? [] : [`${totals(found.renders)}${failedText(found)}`]),
      ...(found.renders.length === 0 && !bad ? [NOTHING] : []),
      ...(kept.renders === 0 ? [] : [`The store has ${keptText(kept)}.`]),
      ...(silence === undefined ? [] : [silence]),
      ...(pretend === undefined ? [] : [pretend]),
      ...found.renders.flatMap(({ state, spec }) => (state === 'missing' && sizeNote(spec)) || []),
    ],
    // One that several pictures have, as their parent's, is told once.
    ...[...new Set(problems.map((problem) => describe(problem, root)))].map((text) => [text]),
  ]
  const texts = paragraphs.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  print(texts.join('\n\n'))
  return bad ? 1 : 0
}

const NOTHING = 'No pictures: there is no manifest entry and no virtual:onetoken import.'

/** What is missing, and has a picture by a look-alike of the API. */
async function pretendLabels(engine: Engine, { renders }: Survey): Promise<string[]> {
  const project = await engine.project()
  const labels: string[] = []
  for (const { state, spec, identified } of renders) {
    if (state === 'missing' && (await hasPretend(project, identified))) labels.push(spec.label)
  }
  return labels
}

function failedText({ failed }: Survey): string {
  if (failed.size === 0) return ''
  const what = failed.size === 1 ? '1 entry is not among them' : `${failed.size} entries are not among them`
  return `\n${what}, for mistakes: ${[...failed.keys()].map(visible).join(', ')}.`
}

function keptText({ renders, pictures, bytes }: Kept): string {
  return `${count(renders, 'render')} with ${count(pictures, 'picture')} (${size(bytes)})`
}

function row(render: PlannedRender): string[] {
  const { spec, names, state, after, worst, open, where } = render
  const isPriced = state === 'missing' || state === 'stale' || isProvisional(render)
  const cost = isPriced ? `at most ${dollars(worst)}${open ? ' (open)' : ''}` : ''
  const words = STATE_WORDS[shownState(render)]
  // All entries that have it, each of which can be named to commands.
  const label = names.length > 1 ? names.join(', ') : spec.label
  return [label, `${words}${after === undefined ? '' : `, after ${after}`}`, cost, where]
}

/** One line on all renders, with what is missing and its price. */
function totals(renders: readonly PlannedRender[]): string {
  const missing = renders.filter(({ state }) => state === 'missing')
  const cost = missing.reduce((sum, { worst }) => sum + worst, 0)
  const open = missing.some((one) => one.open)
  const parts = [
    count(renders.length, 'render'),
    `${renders.filter((one) => one.state === 'cached' && !isProvisional(one)).length} cached`,
  ]
  parts.push(`${missing.length} missing${missing.length === 0 ? '' : `, at most ${dollars(cost)}`}`)
  const stale = renders.filter(({ state }) => state === 'stale')
  const renewal = dollars(stale.reduce((sum, { worst }) => sum + worst, 0))
  if (stale.length > 0) parts.push(`${stale.length} stale (at most ${renewal} with "render --stale")`)
  for (const state of ['refused', 'unavailable', 'possibly-billed'] as const) {
    const number = renders.filter((one) => one.state === state).length
    if (number > 0) parts.push(`${number} ${STATE_WORDS[state]}`)
  }
  const provisional = renders.filter(isProvisional)
  if (provisional.length > 0) {
    const cost = provisional.reduce((sum, { worst }) => sum + worst, 0)
    parts.push(`${provisional.length} ${STATE_WORDS.provisional}, at most ${dollars(cost)}`)
  }
  const note = open
    ? '\nA quality or size of "auto" (or none) is counted at its highest price; set "quality" to know it.'
    : ''
  return `${parts.join(', ')}.${note}`
}

/** How many renders there are of each kind, and what those would cost that "onetoken render" makes, at the most. */
function totalsJson(renders: readonly PlannedRender[]): object {
  const due = renders.filter((one) => one.state === 'missing' || isProvisional(one))
  const number = (state: PlannedRender['state']): number =>
    renders.filter((one) => one.state === state).length
  return {
    renders: renders.length,
    cached: number('cached'),
    missing: number('missing'),
    stale: number('stale'),
    most: due.reduce((sum, { worst }) => sum + worst, 0),
  }
}

/** The plan for machines. */
function planJson({ renders, problems, silent }: Survey, kept: Kept): object {
  return {
    renders: renders.map(
      ({ spec, names, key, state, origin, after, worst, open, where, problem, identified }) => ({
        name: spec.name ?? null,
        names,
        prompt: spec.render.request.prompt,
        // It is not known before the picture that it is an edit of.
        key: identified.waitsFor === undefined ? key : null,
        state,
        origin: origin ?? null,
        after: after ?? null,
        where,
        cost:
          state === 'cached' && !isProvisional({ origin }) ? { most: 0, open: false } : { most: worst, open },
        problem: problem && { code: problem.code, message: problem.message, hint: problem.hint },
      }),
    ),
    problems: problems.map(({ code, message, hint, place }) => ({ code, message, hint, place })),
    totals: totalsJson(renders),
    withoutAlt: silent,
    store: kept,
  }
}
