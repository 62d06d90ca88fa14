import { answerJson } from './answer.ts'
import { host } from './hosted.ts'
import { keyOf, logFields } from './log.ts'
import { parseMultipart } from './multipart.ts'
import { redirectReply, refusalReply } from './play.ts'
import { costOf, usageOf, type Usage } from './price.ts'
import { dashboardReply, jsonReply, nginxReply, Problem, type Reply } from './problem.ts'
import { renderOne, sizeOf, type Result } from './render.ts'
import { bills, stageOf, type ScenarioRule } from './scenario.ts'
import { readBody, reset, send, sendAfterSpaces, sendCut, sendSlowly, wait, type Exchange } from './send.ts'
import { charge, type State } from './state.ts'
import { checkFiles, sortParts, type Inputs } from './uploads.ts'
import { checkFields, type Job } from './validate.ts'

/** Serve a POST to one of the two images endpoints. */
export async function serveImages(state: State, exchange: Exchange): Promise<void> {
  const { request, entry } = exchange
  const early = entry.origin === 'main' ? state.book.chooseReset(entry) : undefined
  if (early) {
    entry.scenario = early.name
    return reset(exchange)
  }
  const body = await readBody(request)
  const unreadable = body ? readFields(exchange, body) : undefined
  const rule = entry.origin === 'main' ? state.book.choose(entry) : undefined
  entry.scenario = rule?.name
  if (rule && stageOf(rule) === 'arrival') return arrive(state, exchange, rule)
  checkKey(state, keyOf(request))
  if (!body) return send(exchange, nginxReply(413, 'Request Entity Too Large'))
  if (unreadable) throw unreadable
  const { fields, files } = entry
  const edits = entry.endpoint === 'edits'
  const { image: _1, 'image[]': _2, mask: _3, ...own } = fields
  const job = checkFields(edits ? own : fields, state.settings.models, edits)
  const inputs = edits ? await checkFiles(fields, files, state.settings.inputs) : undefined
  await render(state, exchange, job, inputs, rule)
}

/** Parse a body into the log. Answers what is wrong with it, if anything is. */
function readFields({ request, entry }: Exchange, body: Buffer): Problem | undefined {
  const type = request.headers['content-type'] ?? ''
  const wanted = entry.endpoint === 'edits' ? 'multipart/form-data' : 'application/json'
  if (type.split(';')[0]!.trim().toLowerCase() !== wanted) {
    const found = type || 'nothing'
    return new Problem({
      message: `Unsupported content type: expected '${wanted}', but the header says '${found}'.`,
      code: 'unsupported_content_type',
    })
  }
  try {
    if (entry.endpoint === 'edits') {
      const { fields, files } = sortParts(parseMultipart(body, type))
      entry.files = files
      logFields(entry, fields, keyOf(request))
    } else {
      const value: unknown = JSON.parse(body.toString('utf8'))
      if (value === null || typeof value !== 'object' || Array.isArray(value))
        throw new Error('not an object')
      logFields(entry, value as Record<string, unknown>, keyOf(request))
    }
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error
    return new Problem({ message: `The body of the request cannot be parsed: ${(error as Error).message}.` })
  }
}

function arrive(state: State, exchange: Exchange, rule: ScenarioRule): void {
  if (rule.name === 'reset-before-body') return reset(exchange)
  if (rule.name === 'dashboard') return send(exchange, dashboardReply())
  return send(exchange, redirectReply(rule, exchange.entry.path, state.urls.other))
}

function checkKey({ settings }: State, key: string | undefined): void {
  if (key === undefined) {
    throw new Problem({
      status: 401,
      message: 'No API key was sent: use the header Authorization: Bearer sk-….',
    })
  }
  const good = settings.apiKeys ? settings.apiKeys.includes(key) : /^sk-./.test(key)
  if (!good) {
    throw new Problem({
      status: 401,
      message: 'Invalid token.',
      type: 'new_api_error',
      param: '',
      code: 'invalid_api_key',
    })
  }
}

async function render(
  state: State,
  exchange: Exchange,
  job: Job,
  inputs: Inputs | undefined,
  rule: ScenarioRule | undefined,
): Promise<void> {
  const { entry } = exchange
  const refused = rule !== undefined && stageOf(rule) === 'refusal'
  if (rule && refused && !bills(rule)) return send(exchange, refusalReply(rule, entry.id))
  const size = sizeOf(job, inputs)
  const usage = usageOf(job.prompt, inputs?.images ?? [], { ...size, quality: job.quality, count: job.n })
  const cost = costOf(usage)
  if (cost > state.credit) {
    return send(exchange, refusalReply({ name: 'insufficient-user-quota' }, entry.id))
  }
  if (bills(rule)) charge(state, entry, cost, job.n)
  const [low, high] = state.settings.latency
  const usual = low + (high - low) * state.random()
  if (rule && refused) {
    await wait(exchange, rule.latency ?? usual)
    return breakDown(exchange, rule)
  }
  const answer = (): Promise<Reply> => makeAnswer(state, exchange, job, inputs, size, usage, rule)
  await deliver(exchange, rule, usual, answer)
}

/** The render goes on somewhere; the client gets no picture. */
function breakDown(exchange: Exchange, rule: ScenarioRule): void {
  if (rule.name === 'hang') {
    exchange.entry.outcome = 'hanging'
    return
  }
  if (rule.name === 'reset-after-body') return reset(exchange)
  return send(exchange, refusalReply(rule, exchange.entry.id))
}

async function deliver(
  exchange: Exchange,
  rule: ScenarioRule | undefined,
  usual: number,
  answer: () => Promise<Reply>,
): Promise<void> {
  const slow = rule?.latency ?? 3000
  if (rule?.name === 'keep-alive') return sendAfterSpaces(exchange, slow, answer)
  if (rule?.name === 'slow-body') return sendSlowly(exchange, await answer(), slow)
  const latency = rule?.name === 'slow' ? slow : (rule?.latency ?? usual)
  const [reply] = await Promise.all([answer(), wait(exchange, latency)])
  if (rule?.name === 'cut-body') return sendCut(exchange, reply, rule.percent ?? 50)
  return send(exchange, reply)
}

async function makeAnswer(
  state: State,
  { entry }: Exchange,
  job: Job,
  inputs: Inputs | undefined,
  size: { width: number; height: number },
  usage: Usage,
  rule: ScenarioRule | undefined,
): Promise<Reply> {
  const { style, seed, vary } = state.settings
  const asked = rule?.name === 'webp-for-png' ? { ...job, format: 'webp' as const } : job
  const odd = rule?.name === 'other-size' || (rule?.name === 'webp-for-png' && rule.width !== undefined)
  const dimensions = odd ? { width: rule?.width ?? 1254, height: rule?.height ?? rule?.width ?? 1254 } : size
  const fewer = rule?.name === 'fewer-results' ? (rule.results ?? Math.max(1, job.n - 1)) : job.n
  const turn = vary ? Number(entry.id.replace(/\D/g, '')) : 0
  const results: Result[] = []
  for (let index = 0; index < fewer; index++) {
    results.push(await renderOne(asked, inputs, index, dimensions, { style, seed, turn }))
  }
  const body = answerJson(job, results, usage, rule, (result) => host(state, result, rule!))
  const reply = jsonReply(200, undefined)
  return { ...reply, body, ...(rule?.name === 'text-plain' ? { type: 'text/plain; charset=utf-8' } : {}) }
}
