import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { checkOptions } from './check-options.ts'
import { serveHosted } from './hosted.ts'
import { serveImages } from './images.ts'
import { keyOf, openEntry } from './log.ts'
import { dashboardReply, errorReply, jsonReply, Problem } from './problem.ts'
import { openBook } from './scenario.ts'
import { send, type Exchange } from './send.ts'
import { createState, forget, type State } from './state.ts'
import type { MockOptions, MockRequest, MockServer } from './types.ts'

/** Start a look-alike of the OneToken image API on 127.0.0.1. Rejects when the port is taken, and for options that it does not know. */
export async function startMock(options: MockOptions = {}): Promise<MockServer> {
  checkOptions(options)
  const state = createState(options)
  const main = createServer((request, response) => void serve(state, 'main', request, response))
  const other = createServer((request, response) => void serve(state, 'other', request, response))
  const port = await listen(main, options.port ?? 0)
  const otherPort = await listen(other, 0).catch(async (cause: unknown) => {
    await stop(main)
    throw cause
  })
  state.urls = { main: `http://127.0.0.1:${port}`, other: `http://127.0.0.1:${otherPort}` }
  return {
    url: state.urls.main,
    port,
    otherUrl: state.urls.other,
    requests: state.requests,
    stats: state.stats,
    get credit() {
      return state.credit
    },
    setScenario: (scenario) => {
      state.book = openBook(scenario)
    },
    reset: () => {
      forget(state)
      state.book = openBook(options.scenario)
    },
    close: async () => {
      state.closing.abort()
      await Promise.all([stop(main), stop(other)])
    },
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

async function serve(
  state: State,
  origin: MockRequest['origin'],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const entry = openEntry(state, origin, request, response)
  const exchange: Exchange = { request, response, entry, closing: state.closing.signal }
  try {
    await route(state, exchange)
  } catch (error) {
    if (state.closing.signal.aborted || request.socket.destroyed) return
    if (response.headersSent) {
      response.destroy()
      return
    }
    send(exchange, error instanceof Problem ? error.reply : failure(error))
  }
}

/** A fault of the mock itself: said plainly, since nobody should mistake it for one of the API. */
function failure(error: unknown): Problem['reply'] {
  const message = `The mock failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  return errorReply({ status: 500, message, type: 'mock_failure', code: 'mock_failure' })
}

async function route(state: State, exchange: Exchange): Promise<void> {
  const { entry, request } = exchange
  const post = entry.method === 'POST'
  if (post && (entry.endpoint === 'generations' || entry.endpoint === 'edits')) {
    return serveImages(state, exchange)
  }
  request.resume()
  if (entry.endpoint === 'result') return serveHosted(state, exchange)
  if (entry.endpoint === 'models' && entry.method === 'GET') return serveModels(state, exchange)
  const [path = ''] = entry.path.split('?')
  if (/^\/(?:v1|api)(?:\/|$)/.test(path)) {
    const message = `Invalid URL (${entry.method} ${path})`
    return send(exchange, errorReply({ status: 404, message, param: '', code: '' }))
  }
  return send(exchange, dashboardReply())
}

function serveModels(state: State, exchange: Exchange): void {
  const { models } = state.settings
  if (!keyOf(exchange.request)) {
    return send(exchange, errorReply({ status: 401, message: 'No API key was sent.' }))
  }
  const describe = (id: string): object => ({
    id,
    object: 'model',
    created: 1_760_000_000,
    owned_by: 'openai',
  })
  const wanted = /^\/v1\/models\/([^/?]+)/.exec(exchange.entry.path)?.[1]
  if (wanted === undefined)
    return send(exchange, jsonReply(200, { object: 'list', data: models.map(describe) }))
  const id = decodeURIComponent(wanted)
  if (models.includes(id)) return send(exchange, jsonReply(200, describe(id)))
  const message = `The model '${id}' does not exist.`
  return send(exchange, errorReply({ status: 404, message, param: 'model', code: 'model_not_found' }))
}
