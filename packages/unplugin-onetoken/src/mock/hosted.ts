import { randomUUID } from 'node:crypto'
import { dashboardReply } from './problem.ts'
import type { Result } from './render.ts'
import type { ScenarioRule } from './scenario.ts'
import { send, type Exchange } from './send.ts'
import type { State } from './state.ts'

const HOUR = 60 * 60 * 1000

/** Put a result up for download; answers its address. */
export function host(state: State, result: Result, rule: ScenarioRule): string {
  if (rule.name === 'url-address') return rule.to ?? 'http://169.254.169.254/latest/meta-data/'
  const token = `${randomUUID()}.${result.format === 'jpeg' ? 'jpg' : result.format}`
  const lifetime = rule.name === 'url-expired' ? -1 : (rule.expires ?? HOUR)
  const elsewhere = rule.to ?? `${state.urls.other}/result/${token}?moved=1`
  state.hosted.set(token, {
    bytes: result.bytes,
    type: `image/${result.format}`,
    expires: Date.now() + lifetime,
    redirect: rule.name === 'url-redirect' ? elsewhere : undefined,
    endless: rule.name === 'url-endless',
  })
  return `${state.urls[rule.origin ?? 'main']}/result/${token}?sig=mock`
}

/** Serve a download, as storage behind signed addresses does. */
export function serveHosted(state: State, exchange: Exchange): void {
  const { entry, response } = exchange
  const [path = '', query = ''] = entry.path.split('?')
  const file = state.hosted.get(path.slice('/result/'.length))
  const refuse = (status: number, code: string): void =>
    send(exchange, {
      status,
      type: 'application/xml',
      body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`,
    })
  if (!file) return refuse(404, 'NoSuchKey')
  // A signed address and a bearer token together are refused by such stores.
  if (entry.authorized) return refuse(400, 'InvalidArgument')
  if (Date.now() > file.expires) return refuse(403, 'AccessDenied')
  if (file.redirect && !query.includes('moved=')) {
    return send(exchange, { ...dashboardReply(), status: 302, headers: { location: file.redirect } })
  }
  entry.status = 200
  response.writeHead(200, {
    'content-type': file.type,
    ...(file.endless ? {} : { 'content-length': file.bytes.length }),
    'x-request-id': entry.id,
  })
  if (!file.endless) return void response.end(file.bytes)
  pour(exchange, file.bytes)
}

/** Send bytes over and over, as fast as the client takes them. */
function pour({ response, closing }: Exchange, bytes: Uint8Array): void {
  while (!response.destroyed && !closing.aborted) {
    if (!response.write(bytes)) {
      response.once('drain', () => pour({ response, closing } as Exchange, bytes))
      return
    }
  }
}
