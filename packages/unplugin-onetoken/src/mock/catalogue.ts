/** When a scenario takes over: before the request is looked at, instead of a render, or after one. */
export type ScenarioStage = 'arrival' | 'refusal' | 'answer'

/** What is fixed for a scenario, whatever its settings. */
export interface ScenarioFacts {
  stage: ScenarioStage
  /** Whether the account is charged, unless the rule says otherwise. Where reality is unclear: the worst. */
  billed: boolean
  about: string
}

const arrival = (about: string): ScenarioFacts => ({ stage: 'arrival', billed: false, about })
const refusal = (about: string): ScenarioFacts => ({ stage: 'refusal', billed: false, about })
const lost = (about: string): ScenarioFacts => ({ stage: 'refusal', billed: true, about })
const answer = (about: string): ScenarioFacts => ({ stage: 'answer', billed: true, about })

/** Name of a way to misbehave; {@link SCENARIOS} says what each does. */
export type ScenarioName =
  | 'dashboard'
  | 'reset-before-body'
  | 'redirect'
  | 'redirect-other'
  | 'redirect-loop'
  | 'redirect-to-slash'
  | 'redirect-to-bare'
  | 'rate-limited'
  | 'overloaded'
  | 'no-channel'
  | 'request-timeout'
  | 'insufficient-user-quota'
  | 'insufficient-quota'
  | 'moderation-blocked'
  | 'content-policy'
  | 'invalid-key'
  | 'too-large'
  | 'error'
  | 'error-in-200'
  | 'error-string'
  | 'code-null'
  | 'code-number'
  | 'code-missing'
  | 'chinese'
  | 'top-message'
  | 'top-msg'
  | 'top-err'
  | 'top-error-msg'
  | 'server-error'
  | 'bad-gateway'
  | 'gateway-timeout'
  | 'cloudflare-timeout'
  | 'reset-after-body'
  | 'hang'
  | 'slow'
  | 'slow-body'
  | 'keep-alive'
  | 'cut-body'
  | 'text-plain'
  | 'empty-data'
  | 'data-object'
  | 'bare-object'
  | 'data-prefix'
  | 'revised-prompt'
  | 'no-usage'
  | 'fewer-results'
  | 'hollow-result'
  | 'url'
  | 'url-expired'
  | 'url-data'
  | 'url-redirect'
  | 'url-address'
  | 'url-endless'
  | 'webp-for-png'
  | 'other-size'
  | 'truncated-image'
  | 'not-an-image'

/** Every way to misbehave, by name. */
export const CATALOGUE: Record<ScenarioName, ScenarioFacts> = {
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
  'webp-for-png': answer('webp, whatever was asked for; `width`x`height` too when these are set'),
  'other-size': answer('`width`x`height` (1254x1254), whatever was asked for'),
  'truncated-image': answer('image bytes end after `percent` (60)'),
  'not-an-image': answer('well-formed base64 of something else'),
}

/** What each scenario does, in one line. */
export const SCENARIOS: Readonly<Record<ScenarioName, string>> = Object.fromEntries(
  Object.entries(CATALOGUE).map(([name, facts]) => [name, facts.about]),
) as Record<ScenarioName, string>
