import type { Item } from './answer.ts'
import { decodeResult } from './base64.ts'
import { download, type Download, type DownloadContext } from './result-url.ts'
import type { ResultImage } from './types.ts'

/** The images of an answer, and why others are not among them. */
export interface Results {
  images: ResultImage[]
  /** One sentence each. Can hold text from outside. */
  lost: string[]
  /** Why the first one was lost, in one word. */
  failed?: 'refused' | 'aborted' | 'unreadable' | undefined
}

/**
 * Make bytes of the results. What can be read is kept whatever happens to the others, as all of it was paid for.
 *
 * @param wanted How many images were asked for.
 */
export async function collectResults(
  items: Item[],
  wanted: number,
  context: DownloadContext,
): Promise<Results> {
  const outcomes = await Promise.all(items.map((item) => readItem(item, context)))
  const results: Results = { images: [], lost: [] }
  for (const [index, outcome] of outcomes.entries()) {
    const { revisedPrompt } = items[index] ?? {}
    if ('bytes' in outcome) results.images.push({ bytes: outcome.bytes, revisedPrompt })
    else results.lost.push(`Result ${index + 1} of ${items.length} could not be read: ${outcome.why}.`)
  }
  results.failed = whyAll(outcomes)
  if (items.length < wanted) {
    results.lost.push(`The API sent ${items.length} of the ${wanted} images that were asked for.`)
  }
  return results
}

async function readItem(item: Item, context: DownloadContext): Promise<Download> {
  const bytes = item.b64 === undefined ? undefined : decodeResult(item.b64)
  if (bytes !== undefined && bytes.length <= context.maxResultBytes) return { bytes }
  if (item.url !== undefined) return download(item.url, context)
  return { failed: 'for good', why: whyUnreadable(item, bytes, context) }
}

function whyUnreadable(item: Item, bytes: Buffer | undefined, { maxResultBytes }: DownloadContext): string {
  if (bytes !== undefined) return `it is larger than ${maxResultBytes} bytes`
  return item.b64 === undefined ? 'it has neither bytes nor an address' : 'its `b64_json` is not base64'
}

function whyAll(outcomes: Download[]): Results['failed'] {
  const failures = outcomes.flatMap((outcome) => ('failed' in outcome ? [outcome.failed] : []))
  if (failures.length === 0) return undefined
  if (failures.includes('aborted')) return 'aborted'
  return failures.includes('refused') ? 'refused' : 'unreadable'
}
