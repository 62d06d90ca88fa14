import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { startEchoServer, type Echo } from '../helpers/echo-server.ts'
import { huntFor, randomKey } from '../helpers/leaks.ts'
import { createSite } from '../helpers/site.ts'

/** How a key may be written. */
const FORMS: [form: string, write: (key: string) => string][] = [
  ['as it is', (key) => key],
  ['in its header', (key) => `Authorization: Bearer ${key}`],
  ['in two lines', (key) => `${key.slice(0, 20)}\n${key.slice(20)}`],
  ['in lines of seven', (key) => key.replace(/.{7}/g, '$&\r\n')],
  ['in lines of twelve that are indented', (key) => key.replace(/.{12}/g, '$&\n    ')],
  ['between characters that are not seen', (key) => [...key].join('\u200b')],
  ['in colours', (key) => key.replace(/.{10}/g, '$&\u001b[31m')],
  ['in the escapes of JSON', (key) => [...key].map((letter) => `\\u00${hex(letter)}`).join('')],
  ['in the entities of HTML', (key) => [...key].map((letter) => `&#${letter.charCodeAt(0)};`).join('')],
  ['in hexadecimal entities', (key) => [...key].map((letter) => `&#x${hex(letter)};`).join('')],
  ['in percent signs', (key) => [...key].map((letter) => `%${hex(letter)}`).join('')],
  ['in base64', (key) => Buffer.from(key).toString('base64')],
  ['in base64 after other words', (key) => Buffer.from(`user:${key}\n`).toString('base64')],
  ['in base64 for URLs, after more words', (key) => Buffer.from(`users:${key}`).toString('base64url')],
  ['in hex', (key) => hex(key)],
  ['without its beginning', (key) => `…${key.slice(9)}`],
  ['without its end', (key) => `${key.slice(0, -9)}…`],
  ['with stars in the middle', (key) => `${key.slice(0, 12)}********${key.slice(-10)}`],
  ['in capital letters', (key) => key.toUpperCase()],
]

function hex(text: string): string {
  return Buffer.from(text).toString('hex')
}

/** Where an answer may hold it. The text is fit for JSON, and for a header where it is put into one. */
function answersWith(text: string, picture: string): [where: string, echo: Echo][] {
  const header = encodeURI(text.replaceAll(/[\r\n]+ */g, ' ')).replaceAll('%25', '%')
  const error = (status: number, value: unknown, headers = {}): Echo => ({
    status,
    headers,
    body: JSON.stringify({ error: value }),
  })
  const picked = { b64_json: picture }
  return [
    ['message', error(400, { message: `Wrong: ${text}` })],
    ['code', error(400, { message: 'Wrong', code: text })],
    ['type', error(400, { message: 'Wrong', type: text, param: text })],
    ['error', error(400, text)],
    ['refused', error(400, { message: `Blocked: ${text}`, code: 'moderation_blocked' })],
    [
      'limited',
      error(429, { message: text, code: text }, { 'retry-after': '0.01', 'x-should-retry': 'false' }),
    ],
    ['broken', error(500, { message: text, code: text })],
    [
      'request-id',
      error(400, { message: 'Wrong' }, { 'x-request-id': header, 'x-oneapi-request-id': header }),
    ],
    ['broken-id', error(500, { message: 'Wrong' }, { 'x-request-id': header })],
    ['page', { status: 502, body: `<html><title>${text}</title><p>${text}</p></html>` }],
    ['page-without-title', { status: 200, body: `<!doctype html><p>No access for ${text}</p>` }],
    ['words', { status: 500, body: `No access for ${text}` }],
    ['half', { status: 200, body: `{"data": "${text}` }],
    ['ok-error', { status: 200, body: JSON.stringify({ error: { message: text, code: text } }) }],
    [
      'redirect',
      {
        status: 307,
        headers: { location: `https://elsewhere.test/${encodeURIComponent(header)}` },
        body: text,
      },
    ],
    ['url', { status: 200, body: JSON.stringify({ data: [{ url: `/${encodeURIComponent(header)}` }] }) }],
    ['url-elsewhere', { status: 200, body: JSON.stringify({ data: [{ url: `ftp://x/${text}` }] }) }],
    [
      'revised',
      {
        status: 200,
        headers: { 'x-request-id': header },
        body: JSON.stringify({
          data: [{ ...picked, revised_prompt: `A boat ${text}` }],
          usage: { [text]: 1, output_tokens: 2, note: text },
        }),
      },
    ],
  ]
}

/** Forms that are tried where an answer stops the whole run, so that each takes a run of its own. */
const FEW = ['in two lines', 'in the entities of HTML', 'without its end']
const STOPPING = ['page-without-title', 'redirect', 'ok-error', 'url-elsewhere']

it('a relay that quotes the key, anywhere and in any form, gets it into nothing that is printed or written', async () => {
  const key = randomKey()
  const hunt = huntFor(key)
  const server = await startEchoServer()
  const flat = sharp({ create: { width: 64, height: 64, channels: 3, background: '#369' } })
  const picture = (await flat.png().toBuffer()).toString('base64')
  const together: string[] = []
  const alone: string[] = []
  for (const [index, [form, write]] of FORMS.entries()) {
    for (const [where] of answersWith('', picture)) {
      const isStopping = STOPPING.includes(where)
      if (isStopping && !FEW.includes(form)) continue
      const name = `${where}-${index}`
      ;(isStopping ? alone : together).push(name)
      server.answers.set(name, (sent) => {
        const found = answersWith(write(sent), picture).find(([one]) => one === where)
        return found?.[1] ?? { status: 404, body: '' }
      })
    }
  }
  expect([alone.length, together.length]).toEqual([12, 266])

  const entries = [...server.answers.keys()].map((name) => `  ${name}: { prompt: 'A boat, ${name}.' }\n`)
  const site = await createSite({
    'images.yaml': `version: 1\nconcurrency: 10\nbudget: { cost: 50 }\ndefaults: { quality: low }\nimages:\n${entries.join('')}`,
  })
  const folders = { TMPDIR: join(site.folder, 'tmp'), HOME: join(site.folder, 'home') }
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true })
  const env = { ONETOKEN_BASE_URL: server.url, ONETOKEN_API_KEY: key, DEBUG: '*', ...folders }

  const { output } = await site.onetoken(env, 'render', ...together, '--yes', '--json')
  const { rendered, problem } = JSON.parse(output.slice(output.indexOf('{\n'))) as {
    rendered: unknown[]
    problem: { details: { errors: { message: string }[] } }
  }
  // All pictures with a prompt that was revised came, and all else is an error.
  expect(rendered).toHaveLength(FORMS.length)
  expect(problem.details.errors).toHaveLength(together.length - FORMS.length)
  for (const error of problem.details.errors)
    expect(hunt.in(JSON.stringify(error)), error.message).toEqual([])
  expect(hunt.in(output)).toEqual([])
  for (const name of alone) {
    const ran = await site.onetoken(env, 'render', name, '--yes')
    expect(ran.status, ran.output).not.toBe(0)
    expect(hunt.in(ran.output), name).toEqual([])
  }
  expect(server.keys).toEqual(Array(together.length + alone.length).fill(key))
  const plan = await site.onetoken(env, 'plan', '--json')
  expect(hunt.in(plan.output)).toEqual([])
  expect(await hunt.below(site.folder)).toEqual([])
})
