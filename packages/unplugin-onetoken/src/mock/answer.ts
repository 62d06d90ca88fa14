import type { Usage } from './price.ts'
import type { Result } from './render.ts'
import type { ScenarioRule } from './scenario.ts'
import type { Job } from './validate.ts'

type Item = { b64_json?: string; url?: string; revised_prompt?: string }

/** The JSON of a success, as the scenario wants it. `host` gives a result an address. */
export function answerJson(
  job: Job,
  results: readonly Result[],
  usage: Usage,
  rule: ScenarioRule | undefined,
  host: (result: Result) => string,
): string {
  const created = Math.floor(Date.now() / 1000)
  const data = results.map((result, index) => item(job, result, rule, host, index === results.length - 1))
  const first = results[0]
  const facts = {
    usage,
    size: first ? `${first.width}x${first.height}` : '',
    quality: job.quality,
    output_format: job.format,
    background: job.background === 'transparent' ? 'transparent' : 'opaque',
  }
  switch (rule?.name) {
    case 'empty-data':
      return JSON.stringify({ created, data: [] })
    case 'data-object':
      return JSON.stringify({ created, data: data[0], ...facts })
    case 'bare-object':
      return JSON.stringify({ created, ...data[0], ...facts })
    case 'no-usage':
      return JSON.stringify({ created, data })
    default:
      return JSON.stringify({ created, data, ...facts })
  }
}

function item(
  job: Job,
  result: Result,
  rule: ScenarioRule | undefined,
  host: (result: Result) => string,
  last: boolean,
): Item {
  const damaged = damage(result, rule)
  const base64 = damaged.toString('base64')
  const dataUrl = `data:image/${result.format};base64,${base64}`
  switch (rule?.name) {
    case 'data-prefix':
      return { b64_json: dataUrl }
    case 'url-data':
      return { url: dataUrl }
    case 'url':
    case 'url-expired':
    case 'url-redirect':
    case 'url-address':
    case 'url-endless':
      return { url: host(result) }
    case 'hollow-result':
      return last ? {} : { b64_json: base64 }
    case 'revised-prompt':
      return { b64_json: base64, revised_prompt: `${job.prompt}, in soft light` }
    default:
      return { b64_json: base64 }
  }
}

function damage({ bytes }: Result, rule: ScenarioRule | undefined): Buffer {
  if (rule?.name === 'not-an-image') return Buffer.from('This is text, and no picture at all.\n'.repeat(40))
  if (rule?.name !== 'truncated-image') return bytes
  return bytes.subarray(0, Math.floor((bytes.length * (rule.percent ?? 60)) / 100))
}
