import {
  isProvisional,
  type Kept,
  type PlannedRender,
  type RenderOutcome,
  type RenderResult,
  type Survey,
} from '../engine/index.ts'
import type { Plan, PlannedPicture, RenderedPicture, RenderReport } from './render-types.ts'

/** What a survey found, for scripts. */
export function planOf({ renders, problems, silent }: Survey, kept: Kept): Plan {
  const due = renders.filter((render) => render.state === 'missing' || isProvisional(render))
  return {
    renders: renders.map(plannedPicture),
    most: due.reduce((sum, { worst }) => sum + worst, 0),
    problems,
    withoutAlt: silent,
    store: kept,
  }
}

function plannedPicture(planned: PlannedRender): PlannedPicture {
  const { identified, key, state, after, where, worst, open, problem } = planned
  return {
    ...identityOf(planned),
    key: identified.waitsFor === undefined ? key : undefined,
    state,
    origin: planned.origin?.kind,
    isProvisional: isProvisional(planned),
    after,
    where,
    most: worst,
    open,
    problem,
  }
}

/** What became of a render, for scripts. */
export function renderedPicture(outcome: RenderOutcome): RenderedPicture {
  const { planned, key, state, made, cost, problem } = outcome
  return { ...identityOf(planned), key, state, made, cost, problem }
}

/** What a run did, for scripts. */
export function reportOf({ outcomes, cost, stopped, problem }: RenderResult): RenderReport {
  const renders = outcomes.map(renderedPicture)
  return {
    renders,
    failed: renders.filter((render) => render.problem !== undefined),
    made: renders.filter((render) => render.made).length,
    cost,
    stopped,
    problem,
  }
}

function identityOf({ names, spec }: PlannedRender): Pick<PlannedPicture, 'names' | 'prompt'> {
  return { names: [...names], prompt: spec.render.request.prompt }
}
