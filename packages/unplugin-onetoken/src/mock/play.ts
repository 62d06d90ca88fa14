import {
  cloudflareReply,
  dashboardReply,
  errorReply,
  htmlReply,
  jsonReply,
  nginxReply,
  type Reply,
} from './problem.ts'
import type { ScenarioName } from './catalogue.ts'
import type { ScenarioRule } from './scenario.ts'

/** Where a redirect scenario leads to. */
export function redirectReply(rule: ScenarioRule, path: string, other: string): Reply {
  const [pathname = '', query = ''] = path.split('?')
  const search = query ? `?${query}` : ''
  const marked = `${pathname}?${query ? `${query}&` : ''}hop=1`
  const targets: Partial<Record<ScenarioName, string>> = {
    redirect: rule.to ?? marked,
    'redirect-other': rule.to ?? `${other}${marked}`,
    'redirect-loop': path,
    'redirect-to-slash': `${pathname}/${search}`,
    'redirect-to-bare': `${pathname.replace(/\/+$/, '')}${search}`,
  }
  const location = targets[rule.name] ?? path
  const page = `<a href="${location}">Redirect</a>.\n`
  return htmlReply(rule.status ?? 307, page, { location })
}

/** The answer of a scenario that comes instead of a picture. */
export function refusalReply(rule: ScenarioRule, id: string): Reply {
  const reply = REFUSALS[rule.name]?.(rule, id) ?? dashboardReply()
  const retry = rule.retryAfter === undefined ? {} : retryHeaders(rule)
  const should = rule.shouldRetry === undefined ? {} : { 'x-should-retry': String(rule.shouldRetry) }
  return { ...reply, headers: { ...reply.headers, ...retry, ...should } }
}

/** Retry-After in one of its forms. */
function retryHeaders(rule: ScenarioRule): Record<string, string> {
  const seconds = rule.retryAfter ?? 1
  const form = rule.retryAfterForm ?? 'seconds'
  if (form === 'none') return {}
  if (form === 'ms') return { 'retry-after-ms': String(Math.round(seconds * 1000)) }
  if (form === 'date') {
    // A date has whole seconds: rounded up, so that it never lies in the past when it should not.
    const date = new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000)
    return { 'retry-after': date.toUTCString() }
  }
  return { 'retry-after': String(seconds) }
}

const WORDS = 'Something about this request is wrong.'

type Refusal = (rule: ScenarioRule, id: string) => Reply

const top =
  (name: string): Refusal =>
  (rule) =>
    jsonReply(rule.status ?? 400, { success: false, [name]: rule.message ?? WORDS })

const relay =
  (status: number, message: string, code: string): Refusal =>
  (rule, id) =>
    errorReply({
      status: rule.status ?? status,
      message: `${rule.message ?? message} (request id: ${id})`,
      type: 'new_api_error',
      param: '',
      code: rule.code ?? code,
    })

const openai =
  (status: number, message: string, code: string | null, type?: string): Refusal =>
  (rule) =>
    errorReply({
      status: rule.status ?? status,
      message: rule.message ?? message,
      code: rule.code ?? code,
      ...(type === undefined ? {} : { type }),
    })

const REFUSALS: Partial<Record<ScenarioName, Refusal>> = {
  'rate-limited': (rule, id) => ({
    ...openai(
      429,
      'Rate limit reached for gpt-image-2. Please try again later.',
      'rate_limit_exceeded',
      'requests',
    )(rule, id),
    headers: retryHeaders(rule),
  }),
  overloaded: (rule, id) => ({
    ...openai(
      503,
      'The server is overloaded. Please try again later.',
      'overloaded',
      'server_error',
    )(rule, id),
    headers: retryHeaders(rule),
  }),
  'no-channel': relay(503, '当前分组 default 下对于模型 gpt-image-2 无可用渠道', 'model_not_found'),
  'request-timeout': openai(408, 'The request took too long to arrive.', 'request_timeout', 'server_error'),
  'insufficient-user-quota': relay(403, '用户额度不足, 剩余额度: $0.000000', 'insufficient_user_quota'),
  'insufficient-quota': openai(
    429,
    'The quota of this account is used up. Check plan and billing.',
    'insufficient_quota',
    'insufficient_quota',
  ),
  'moderation-blocked': openai(
    400,
    'The safety system rejected this request. safety_violations=[violence].',
    'moderation_blocked',
    'image_generation_user_error',
  ),
  'content-policy': openai(400, 'The prompt may hold text that is not allowed.', 'content_policy_violation'),
  'invalid-key': relay(401, '无效的令牌', ''),
  'too-large': () => nginxReply(413, 'Request Entity Too Large'),
  error: openai(400, WORDS, 'invalid_value'),
  'error-in-200': openai(200, 'The upstream answered with an error.', 'upstream_error', 'upstream_error'),
  'error-string': (rule) => jsonReply(rule.status ?? 400, { error: rule.message ?? WORDS }),
  'code-null': (rule) =>
    errorReply({ status: rule.status ?? 400, message: rule.message ?? WORDS, code: null }),
  'code-number': (rule) =>
    errorReply({
      status: rule.status ?? 400,
      message: rule.message ?? WORDS,
      code: Number(rule.code ?? 10_012),
    }),
  'code-missing': (rule) =>
    jsonReply(rule.status ?? 400, { error: { message: rule.message ?? WORDS, type: 'upstream_error' } }),
  chinese: relay(429, '当前分组上游负载已饱和，请稍后再试', 'rate_limit_exceeded'),
  'top-message': top('message'),
  'top-msg': top('msg'),
  'top-err': top('err'),
  'top-error-msg': top('error_msg'),
  'server-error': openai(500, 'The server had an error while processing the request.', null, 'server_error'),
  'bad-gateway': () => nginxReply(502, 'Bad Gateway'),
  'gateway-timeout': () => nginxReply(504, 'Gateway Time-out'),
  'cloudflare-timeout': () => cloudflareReply(),
}
