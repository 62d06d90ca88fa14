import { describe, dollars, survey, type PlannedRender, type Survey } from '../engine/index.ts'
import { commandEngine, print, printJson, table, type GlobalFlags } from './terminal.ts'

const WORDS: Record<PlannedRender['state'], string> = {
  cached: 'cached',
  missing: 'missing',
  stale: 'stale',
  refused: 'refused by the API',
  unavailable: 'unavailable',
  'possibly-billed': 'possibly billed',
}

/** `onetoken plan` */
export async function plan(flags: GlobalFlags): Promise<number> {
  const engine = commandEngine(flags)
  const { root } = engine
  const found = await survey(engine)
  const bad = found.problems.length > 0 || found.renders.some(({ problem }) => problem !== undefined)
  if (flags.json === true) {
    printJson(planJson(found))
    return bad ? 1 : 0
  }
  for (const line of table(found.renders.map(row))) print(line)
  print(`${found.renders.length === 0 ? '' : '\n'}${totals(found.renders)}`)
  for (const error of [...found.renders.flatMap(({ problem }) => problem ?? []), ...found.problems]) {
    print(`\n${describe(error, root)}`)
  }
  return bad ? 1 : 0
}

function row({ spec, state, after, worst, open, where }: PlannedRender): string[] {
  const isPriced = state === 'missing' || state === 'stale'
  const cost = isPriced ? `at most ${dollars(worst)}${open ? ' (open)' : ''}` : ''
  return [spec.label, `${WORDS[state]}${after === undefined ? '' : `, after ${after}`}`, cost, where]
}

/** One line on all renders, with what is missing and its price. */
export function totals(renders: readonly PlannedRender[]): string {
  if (renders.length === 0) return 'No pictures: there is no manifest entry and no virtual:onetoken import.'
  const missing = renders.filter(({ state }) => state === 'missing')
  const cost = missing.reduce((sum, { worst }) => sum + worst, 0)
  const open = missing.some((one) => one.open)
  const parts = [
    `${renders.length} renders`,
    `${renders.filter(({ state }) => state === 'cached').length} cached`,
  ]
  parts.push(`${missing.length} missing${missing.length === 0 ? '' : `, at most ${dollars(cost)}`}`)
  const stale = renders.filter(({ state }) => state === 'stale')
  const renewal = dollars(stale.reduce((sum, { worst }) => sum + worst, 0))
  if (stale.length > 0) parts.push(`${stale.length} stale (at most ${renewal} with "render --stale")`)
  for (const state of ['refused', 'unavailable', 'possibly-billed'] as const) {
    const number = renders.filter((one) => one.state === state).length
    if (number > 0) parts.push(`${number} ${WORDS[state]}`)
  }
  const note = open
    ? '\nA quality or size of "auto" (or none) is counted at its highest price; set "quality" to know it.'
    : ''
  return `${parts.join(', ')}.${note}`
}

/** The plan for machines. */
export function planJson({ renders, problems }: Survey): object {
  return {
    renders: renders.map(({ spec, key, state, after, worst, open, where, problem, identified }) => ({
      name: spec.name ?? null,
      prompt: spec.render.request.prompt,
      // It is not known before the picture that it is an edit of.
      key: identified.waitsFor === undefined ? key : null,
      state,
      after: after ?? null,
      where,
      cost: state === 'cached' ? { most: 0, open: false } : { most: worst, open },
      problem: problem && { code: problem.code, message: problem.message, hint: problem.hint },
    })),
    problems: problems.map(({ code, message, hint, place }) => ({ code, message, hint, place })),
  }
}
