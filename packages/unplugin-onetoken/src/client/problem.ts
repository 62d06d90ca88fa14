/** What kind of trouble an error of the API is about, where that can be told. */
export type Topic = 'moderation' | 'credit' | 'key' | 'model' | 'rate' | 'request'

/** An error as the API tells it. All of it is text from outside. */
export interface Problem {
  message?: string | undefined
  type?: string | undefined
  code?: string | undefined
  topic?: Topic | undefined
}

/** Codes and types of OpenAI, of the relay, and of other services behind it. */
const TOPICS: ReadonlyMap<string, Topic> = new Map<string, Topic>([
  ['moderation_blocked', 'moderation'],
  ['content_policy_violation', 'moderation'],
  ['content_filter', 'moderation'],
  ['sensitive_words_detected', 'moderation'],
  ['prompt_blocked', 'moderation'],
  ['insufficient_user_quota', 'credit'],
  ['insufficient_quota', 'credit'],
  ['pre_consume_token_quota_failed', 'credit'],
  ['billing_hard_limit_reached', 'credit'],
  ['billing_not_active', 'credit'],
  ['invalid_api_key', 'key'],
  ['authentication_error', 'key'],
  ['model_not_found', 'model'],
  ['rate_limit_exceeded', 'rate'],
  ['rate_limit_error', 'rate'],
  ['image_generation_user_error', 'request'],
  ['invalid_request_error', 'request'],
  ['invalid_request', 'request'],
])

/** What messages say when no code does. Only trusted with a status that says that the request was not accepted. */
const PHRASES: readonly (readonly [RegExp, Topic])[] = [
  [/moderation_blocked|content[ _]policy|safety system|敏感词|内容审核|审核未通过|违规内容/i, 'moderation'],
  [
    /insufficient[^.]{0,20}(?:quota|balance|credit)|exceeded your current quota|余额不足|额度(?:不足|已用尽)/i,
    'credit',
  ],
  [/(?:incorrect|invalid)[^.]{0,10} (?:api key|token)|无效的令牌|令牌(?:已过期|不可用)|未提供令牌/i, 'key'],
]

const MESSAGE_NAMES = ['message', 'msg', 'err', 'error_msg', 'detail'] as const

/** Read an error from the text of an answer: JSON in any of its forms, a web page, or plain words. */
export function readProblem(text: string, status: number): Problem {
  const value = parse(text)
  const found = value === undefined ? { message: wordsOf(text) } : (findProblem(value) ?? {})
  return { ...found, topic: topicOf(found, status) }
}

/** The error in a parsed answer, or `undefined` when it has none. */
export function findProblem(value: unknown, status = 200): Problem | undefined {
  if (!isObject(value)) return undefined
  const { error } = value
  const inner = isObject(error) ? error : {}
  const found: Problem = {
    message: messageOf(inner) ?? (typeof error === 'string' ? error : undefined) ?? messageOf(value),
    type: textOf(inner['type']) ?? textOf(value['type']),
    code: textOf(inner['code']) ?? textOf(value['code']),
  }
  const told = found.message !== undefined || (isObject(error) && Object.keys(error).length > 0)
  return told ? { ...found, topic: topicOf(found, status) } : undefined
}

/** The title of a web page, or its first words. */
export function wordsOf(text: string): string | undefined {
  const head = text.slice(0, 20_000)
  const title = /<title[^>]*>([^<]*)/i.exec(head)?.[1]?.trim()
  if (title !== undefined && title !== '') return title
  const words = isPage(text)
    ? head.replace(/<(style|script)[^]*?<\/\1>/gi, '').replace(/<[^>]*>/g, ' ')
    : head
  return textOf(words)
}

/** Whether a text is HTML or XML rather than JSON. */
export function isPage(text: string): boolean {
  return /^\s*</.test(text)
}

/** Whether a value is an object of JSON. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function topicOf({ code, type, message }: Problem, status: number): Topic | undefined {
  const named = TOPICS.get(code?.toLowerCase() ?? '')
  if (named !== undefined) return named
  const phrase = status < 500 ? PHRASES.find(([pattern]) => pattern.test(message ?? '')) : undefined
  return phrase?.[1] ?? TOPICS.get(type?.toLowerCase() ?? '')
}

function messageOf(value: Record<string, unknown>): string | undefined {
  for (const name of MESSAGE_NAMES) {
    const text = textOf(value[name])
    if (text !== undefined) return text
  }
  return undefined
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return text === '' ? undefined : text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
