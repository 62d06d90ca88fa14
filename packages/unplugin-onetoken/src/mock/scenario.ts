import { CATALOGUE, type ScenarioName, type ScenarioStage } from './catalogue.ts'
import type { MockRequest, Scenarios } from './types.ts'

/** A scenario with its settings and with the requests that it is for. */
export interface ScenarioRule {
  name: ScenarioName
  /** Only prompts that match: a pattern, words in them (any case), or a test of the request. */
  when?: RegExp | string | ((request: MockRequest) => boolean) | undefined
  /** Only this endpoint. */
  endpoint?: 'generations' | 'edits' | undefined
  /** Only so many requests. @default all */
  times?: number | undefined
  /** Leave the first so many requests in peace. @default 0 */
  after?: number | undefined
  /** Status of the answer, where the name leaves it open. */
  status?: number | undefined
  message?: string | undefined
  code?: string | undefined
  /** Seconds. @default 1 */
  retryAfter?: number | undefined
  /** `seconds` and `date` in Retry-After, `ms` in retry-after-ms, or `none`. @default 'seconds' */
  retryAfterForm?: 'seconds' | 'date' | 'ms' | 'none' | undefined
  /** Sent as x-should-retry. */
  shouldRetry?: boolean | undefined
  /** Milliseconds; replaces the mock's own latency for this request. */
  latency?: number | undefined
  /** 0 to 100. */
  percent?: number | undefined
  /** How many results come. */
  results?: number | undefined
  width?: number | undefined
  height?: number | undefined
  /** An address: where to redirect to, or what to put into `url`. */
  to?: string | undefined
  origin?: 'main' | 'other' | undefined
  /** Milliseconds. */
  expires?: number | undefined
  /** Charge the account, or do not, whatever is usual for the scenario. */
  billed?: boolean | undefined
}

/** A way to misbehave: a name alone (for all requests), or a name with settings. */
export type Scenario = ScenarioName | ScenarioRule

/** When a rule takes over. */
export function stageOf(rule: ScenarioRule): ScenarioStage {
  return CATALOGUE[rule.name].stage
}

/** Whether a request that meets this rule is charged. */
export function bills(rule: ScenarioRule | undefined): boolean {
  return rule ? (rule.billed ?? CATALOGUE[rule.name].billed) : true
}

/** Chooses the scenario of each request, and keeps count. */
export interface ScenarioBook {
  /** The rule for a request whose body is known. Counts as used. */
  choose(request: MockRequest): ScenarioRule | undefined
  /** The rule that resets a request before its body is read, if the next rule is one and needs no prompt. */
  chooseReset(request: MockRequest): ScenarioRule | undefined
}

/** Check scenarios and open a book on them. Throws for a name that does not exist. */
export function openBook(scenarios: Scenarios | undefined): ScenarioBook {
  if (typeof scenarios === 'function') {
    return {
      choose: (request) => {
        const chosen = scenarios(request)
        if (!chosen) return undefined
        const rule = toRule(chosen)
        return applies(rule, request) ? rule : undefined
      },
      chooseReset: () => undefined,
    }
  }
  const list = (Array.isArray(scenarios) ? scenarios : scenarios ? [scenarios] : []) as readonly Scenario[]
  const pages = list.map((scenario) => ({ rule: toRule(scenario), seen: 0, played: 0 }))
  const choose = (request: MockRequest): ScenarioRule | undefined => {
    for (const page of pages) {
      if (page.played >= (page.rule.times ?? Infinity) || !applies(page.rule, request)) continue
      page.seen++
      if (page.seen <= (page.rule.after ?? 0)) continue
      page.played++
      return page.rule
    }
    return undefined
  }
  return {
    choose,
    chooseReset: (request) => {
      const next = pages.find((page) => page.played < (page.rule.times ?? Infinity))
      const { name, when, after = 0 } = next?.rule ?? {}
      if (!next || name !== 'reset-before-body' || when !== undefined || next.seen < after) return undefined
      return applies(next.rule, request) ? choose(request) : undefined
    },
  }
}

function toRule(scenario: Scenario): ScenarioRule {
  const rule = typeof scenario === 'string' ? { name: scenario } : scenario
  if (!Object.hasOwn(CATALOGUE, rule.name)) {
    throw new TypeError(
      `No scenario is called "${rule.name}". There are: ${Object.keys(CATALOGUE).join(', ')}`,
    )
  }
  return rule
}

function applies(rule: ScenarioRule, request: MockRequest): boolean {
  if (rule.endpoint && rule.endpoint !== request.endpoint) return false
  if (!formMatches(rule, request)) return false
  const { when } = rule
  if (when === undefined) return true
  if (typeof when === 'function') return when(request)
  if (typeof when === 'string') return request.prompt.toLowerCase().includes(when.toLowerCase())
  // A pattern with the flag g or y would remember where it stopped.
  return new RegExp(when.source, when.flags.replace(/[gy]/g, '')).test(request.prompt)
}

/** Redirects leave alone what they have already led to the right place. */
function formMatches({ name }: ScenarioRule, { path }: MockRequest): boolean {
  const [pathname = ''] = path.split('?')
  if (name === 'redirect-to-slash') return !pathname.endsWith('/')
  if (name === 'redirect-to-bare') return pathname.endsWith('/')
  if (name === 'redirect' || name === 'redirect-other') return !path.includes('hop=')
  return true
}
