import type { Dispatcher } from 'undici'
import type { AnswerHeaders } from './headers.ts'

/** One request on the wire. */
export interface Outgoing {
  method: 'GET' | 'POST' | 'HEAD'
  url: URL
  headers: Record<string, string>
  body?: Buffer | undefined
}

/** What bounds an exchange. */
export interface Bounds {
  /** Stops the exchange for the caller. */
  signal: AbortSignal | undefined
  /** Stops the exchange for lack of time. */
  deadline: AbortSignal
  /** The most bytes of a successful answer. */
  largest: number
}

/** The answer to a request. */
export interface Reply {
  kind: 'reply'
  status: number
  headers: AnswerHeaders
  /** Whole when `status` is 2xx; of other answers as much as is worth reading. */
  body: Buffer
}

/** Why there is no answer. */
export interface NoReply {
  kind: 'connect' | 'cut' | 'timeout' | 'aborted' | 'oversize'
  /** Whether anything of the request was handed to a connection. */
  sent: boolean
  status?: number | undefined
  error?: unknown
}

/** More of an error page than anybody reads. */
const LARGEST_ERROR = 256 * 1024

/** A deadline with a timer that can be stopped, which the one of `AbortSignal.timeout` cannot. */
export function startDeadline(ms: number): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), ms)
  return { signal: controller.signal, stop: () => clearTimeout(timer) }
}

/**
 * Send one request and collect its answer. Follows nothing, resends nothing and never rejects.
 *
 * It stands on `dispatch`, undici's lowest call, for one fact that the calls above do not tell: `onRequestStart`
 * comes when a connection stands and just before the first byte is written to it. Before that, nothing can have been
 * billed; from there on, nobody knows.
 */
export async function exchange(
  dispatcher: Dispatcher,
  request: Outgoing,
  { signal, deadline, largest }: Bounds,
): Promise<Reply | NoReply> {
  const collector = new Collector(largest)
  const onAbort = (): void => collector.stop('aborted', signal?.reason)
  const onDeadline = (): void => collector.stop('timeout')
  if (signal?.aborted === true) return { kind: 'aborted', sent: false, error: signal.reason }
  if (deadline.aborted) return { kind: 'timeout', sent: false }
  signal?.addEventListener('abort', onAbort)
  deadline.addEventListener('abort', onDeadline)
  try {
    dispatcher.dispatch(dispatchOptions(request), collector)
    return await collector.outcome
  } catch (error) {
    return { kind: 'connect', sent: false, error }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    deadline.removeEventListener('abort', onDeadline)
  }
}

function dispatchOptions({ method, url, headers, body }: Outgoing): Dispatcher.DispatchOptions {
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    body: body ?? null,
    // A server may close an idle connection at the moment in which it is used again, and then nobody knows whether the
    // request arrived. A connection of its own for each render costs a handshake and rules that out.
    reset: true,
  }
}

/** Collects one answer; `outcome` never rejects. */
class Collector implements Dispatcher.DispatchHandler {
  readonly outcome: Promise<Reply | NoReply>
  readonly #largest: number
  #resolve: (outcome: Reply | NoReply) => void = () => {}
  #settled = false
  #controller: Dispatcher.DispatchController | undefined
  #sent = false
  #status = 0
  #headers: AnswerHeaders = {}
  #chunks: Buffer[] = []
  #size = 0

  constructor(largest: number) {
    this.#largest = largest
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** End it here: whatever undici still says about this exchange is not listened to. */
  stop(kind: NoReply['kind'], error?: unknown): void {
    this.#finish(kind, error)
    this.#controller?.abort(new Error(kind))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#settled) controller.abort(new Error('stopped before it was sent'))
    // undici puts a request back into its queue in rare cases; this one must not go out twice.
    else if (this.#sent) this.stop('cut', new Error('the connection was lost after the request was sent'))
    else this.#sent = true
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    if (status < 200) return
    this.#status = status
    this.#headers = headers
    if (this.#succeeds() && Number(headers['content-length']) > this.#largest) this.stop('oversize')
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#succeeds() && this.#size > this.#largest) this.stop('oversize')
    if (!this.#succeeds() && this.#size > LARGEST_ERROR) this.stop('cut')
  }

  onResponseEnd(): void {
    this.#reply()
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: unknown): void {
    this.#finish(this.#sent ? 'cut' : 'connect', error)
  }

  #succeeds(): boolean {
    return this.#status >= 200 && this.#status < 300
  }

  #finish(kind: NoReply['kind'], error: unknown): void {
    // A status that refuses says enough: that its text is cut or late changes nothing.
    if (this.#status >= 300) this.#reply()
    else this.#settle({ kind, sent: this.#sent, status: this.#status || undefined, error })
  }

  #reply(): void {
    if (this.#settled) return
    const body = Buffer.concat(this.#chunks)
    this.#settle({ kind: 'reply', status: this.#status, headers: this.#headers, body })
  }

  #settle(outcome: Reply | NoReply): void {
    this.#settled = true
    this.#chunks = []
    this.#resolve(outcome)
  }
}
