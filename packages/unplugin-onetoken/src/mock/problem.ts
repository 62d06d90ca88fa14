/** An answer that is not a picture. */
export interface Reply {
  status: number
  headers?: Record<string, string>
  type?: string
  body: string
}

/** The parts of OpenAI's error object. */
export interface ErrorParts {
  status?: number
  message: string
  type?: string
  param?: string | null
  code?: string | number | null
}

/** A request that is refused. Thrown by the checks, answered by the server. */
export class Problem extends Error {
  readonly reply: Reply

  constructor(parts: ErrorParts) {
    super(parts.message)
    this.reply = errorReply(parts)
  }
}

/** `{ error: { message, type, param, code } }` with its status. */
export function errorReply({ status = 400, message, type, param = null, code = null }: ErrorParts): Reply {
  const error = { message, type: type ?? 'invalid_request_error', param, code }
  return jsonReply(status, { error })
}

/** Any value as JSON. */
export function jsonReply(status: number, value: unknown, headers?: Record<string, string>): Reply {
  return { status, body: JSON.stringify(value), type: 'application/json', ...(headers ? { headers } : {}) }
}

/** An HTML page. */
export function htmlReply(status: number, body: string, headers?: Record<string, string>): Reply {
  return { status, body, type: 'text/html; charset=utf-8', ...(headers ? { headers } : {}) }
}

/** The page that nginx serves for its own errors. */
export function nginxReply(status: number, title: string): Reply {
  const page = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
  return htmlReply(status, page, { server: 'nginx' })
}

/** The page that Cloudflare serves when the origin takes too long. */
export function cloudflareReply(): Reply {
  const page =
    '<!DOCTYPE html>\n<html lang="en-US">\n<head><title>api.example | 524: A timeout occurred</title></head>\n<body><div id="cf-wrapper"><h1>A timeout occurred <span>Error code 524</span></h1></div></body>\n</html>\n'
  return htmlReply(524, page, { server: 'cloudflare', 'cf-ray': '8f0000000000mock-FRA' })
}

/** What a relay shows to a browser, and to a client whose base URL is wrong. */
export function dashboardReply(): Reply {
  const page =
    '<!doctype html>\n<html lang="zh">\n<head><meta charset="utf-8"><title>OneToken</title></head>\n<body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div></body>\n</html>\n'
  return htmlReply(200, page)
}
