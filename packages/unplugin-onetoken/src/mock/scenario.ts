import type { MockRequest, Scenarios } from './types.ts'

/** When a scenario takes over: before the request is looked at, instead of a render, or after one. */
export type ScenarioStage = 'arrival' | 'refusal' | 'answer'

interface ScenarioFacts {
  stage: ScenarioStage
  /** Whether the account is charged, unless the rule says otherwise. Where reality is unclear: the worst. */
  billed: boolean
  about: string
}

const arrival = (about: string): ScenarioFacts => ({ stage: 'arrival', billed: false, about })
const refusal = (about: string): ScenarioFacts => ({ stage: 'refusal', billed: false, about })
const lost = (about: string): ScenarioFacts => ({ stage: 'refusal', billed: true, about })
const answer = (about: string): ScenarioFacts => ({ stage: 'answer', billed: true, about })

/** Every way to misbehave, by name. */
const CATALOGUE = {
  // before the request is looked at
  dashboard: arrival('200 with the HTML page that relays show for a wrong base URL'),
  'reset-before-body': arrival('the connection is reset while the body is still on its way'),
  redirect: arrival('`status` (307) to a path of the same origin that serves the request'),
  'redirect-other': arrival('`status` (307) to another origin (`to`; default: the mock’s second address)'),
  'redirect-loop': arrival('`status` (307) to itself, for ever'),
  'redirect-to-slash': arrival('paths without a slash at the end answer `status` (307) to the one with it'),
  'redirect-to-bare': arrival('paths with a slash at the end answer `status` (307) to the one without it'),
  // instead of a render: nothing was accepted
  'rate-limited': refusal('429 `rate_limit_exceeded`, with `retryAfter` as `retryAfterForm` says'),
  overloaded: refusal('503 with Retry-After'),
  'no-channel': refusal('503 of a relay without a free upstream, no Retry-After'),
  'request-timeout': refusal('408'),
  'insufficient-user-quota': refusal('403 as a relay says it when the balance is used up'),
  'insufficient-quota': refusal('429 as OpenAI says it when the balance is used up'),
  'moderation-blocked': refusal('400 `moderation_blocked`'),
  'content-policy': refusal('400 `content_policy_violation`'),
  'invalid-key': refusal('401 for any key'),
  'too-large': refusal('413 with the HTML page of nginx'),
  error: refusal('`status` (400) with `{ error }`; `message` sets the words, `code` the code'),
  'error-in-200': refusal('200 with `{ error }`'),
  'error-string': refusal('`status` (400) with `{ error: "text" }`'),
  'code-null': refusal('`status` (400) with `error.code` null'),
  'code-number': refusal('`status` (400) with a number as `error.code`'),
  'code-missing': refusal('`status` (400) without `error.code`'),
  chinese: refusal('`status` (429) with a message in Chinese'),
  'top-message': refusal('`status` (400) with `{ message }` at the top'),
  'top-msg': refusal('`status` (400) with `{ msg }` at the top'),
  'top-err': refusal('`status` (400) with `{ err }` at the top'),
  'top-error-msg': refusal('`status` (400) with `{ error_msg }` at the top'),
  // instead of an answer: the render goes on and is charged
  'server-error': lost('500 with `{ error }`'),
  'bad-gateway': lost('502 with the HTML page of nginx'),
  'gateway-timeout': lost('504 with the HTML page of nginx'),
  'cloudflare-timeout': lost('524 with the HTML page of Cloudflare'),
  'reset-after-body': lost('the connection is reset after the body has come'),
  hang: lost('no answer, ever'),
  // a render was made, and the answer is odd
  slow: answer('everything is fine after `latency` (3000) ms'),
  'slow-body': answer('headers at once, the body in pieces over `latency` (3000) ms'),
  'keep-alive': answer('200 at once, white space over `latency` (3000) ms, then the JSON'),
  'cut-body': answer('the connection breaks after `percent` (50) of the body'),
  'text-plain': answer('good JSON as text/plain'),
  'empty-data': answer('`data: []`'),
  'data-object': answer('`data` is one object instead of a list'),
  'bare-object': answer('one result at the top instead of `data`'),
  'data-prefix': answer('`b64_json` begins with `data:image/…;base64,`'),
  'revised-prompt': answer('each result has a `revised_prompt`'),
  'no-usage': answer('`created` and `data` only'),
  'fewer-results': answer('`results` of the `n` that were asked for (default: one less)'),
  'hollow-result': answer('the last result has neither `b64_json` nor `url`'),
  url: answer('results as `url`, served by the mock (`origin`: main or other) for `expires` ms (an hour)'),
  'url-expired': answer('results as `url` that has already expired'),
  'url-data': answer('results as `url` with a data: URL in it'),
  'url-redirect': answer('results as `url` that redirects to `to` (default: the mock’s second address)'),
  'url-address': answer('results as `url` with the words of `to` in it (default: a link-local address)'),
  'url-endless': answer('results as `url` whose body never ends'),
  'webp-for-png': answer('webp, whatever was asked for'),
  'other-size': answer('`width`x`height` (1254x1254), whatever was asked for'),
  'truncated-image': answer('image bytes end after `percent` (60)'),
  'not-an-image': answer('well-formed base64 of something else'),
} as const satisfies Record<string, ScenarioFacts>

/** Name of a way to misbehave; {@link SCENARIOS} says what each does. */
export type ScenarioName = keyof typeof CATALOGUE

/** What each scenario does, in one line. */
export const SCENARIOS: Readonly<Record<ScenarioName, string>> = Object.fromEntries(
  Object.entries(CATALOGUE).map(([name, facts]) => [name, facts.about]),
) as Record<ScenarioName, string>

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
      if (next?.rule.name !== 'reset-before-body' || next.rule.when !== undefined) return undefined
      return choose(request)
    },
  }
}

function toRule(scenario: Scenario): ScenarioRule {
  const rule = typeof scenario === 'string' ? { name: scenario } : scenario
  if (!Object.hasOwn(CATALOGUE, rule.name)) {
    throw new TypeError(`No scenario is called "${rule.name}". There are: ${Object.keys(CATALOGUE).join(', ')}`)
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
