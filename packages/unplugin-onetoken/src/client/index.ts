import { OneTokenError } from '../errors.ts'
import { formBody, jsonBody } from './body.ts'
import { call, type Room } from './call.ts'
import { createCleaner } from './clean.ts'
import { openNetwork } from './network.ts'
import { resolveOptions } from './options.ts'
import type {
  CallOptions,
  ClientOptions,
  EditFiles,
  OneTokenClient,
  RenderAnswer,
  RequestFields,
} from './types.ts'

export { resolveBase } from './options.ts'
export type * from './types.ts'

/**
 * A client of the OneToken image API. It connects to nothing until it is asked for an image, and changes nothing
 * outside itself: no global dispatcher, no setting of the process.
 *
 * @throws {@link OneTokenError} `API_KEY_MISSING`, or `SETTINGS_INVALID` for an option that cannot be used.
 */
export function createClient(options: ClientOptions): OneTokenClient {
  const resolved = resolveOptions(options)
  const room: Room = {
    options: resolved,
    network: openNetwork(resolved.timeout),
    cleaner: createCleaner(resolved.apiKey),
  }
  const running = new Set<Promise<unknown>>()
  const track = async <Result>(work: Promise<Result>): Promise<Result> => {
    running.add(work)
    try {
      return await work
    } finally {
      running.delete(work)
    }
  }
  return {
    generate: (fields, callOptions = {}) => track(generate(room, fields, callOptions)),
    edit: (fields, files, callOptions = {}) => track(edit(room, fields, files, callOptions)),
    async close() {
      // A call that has its answer may still have to download what was paid for.
      while (running.size > 0) await Promise.allSettled(running)
      await room.network.close()
    },
  }
}

async function generate(room: Room, fields: RequestFields, options: CallOptions): Promise<RenderAnswer> {
  const { generations } = room.options
  return call(room, { url: generations, body: jsonBody(fields), wanted: wantedBy(fields) }, options)
}

async function edit(
  room: Room,
  fields: RequestFields,
  files: EditFiles,
  options: CallOptions,
): Promise<RenderAnswer> {
  if (files.images.length === 0) {
    throw new OneTokenError('INPUT_MISSING', 'An edit needs an image to start from, and got none.', {
      hint: 'Name at least one input image.',
    })
  }
  const body = await formBody(fields, files)
  return call(room, { url: room.options.edits, body, wanted: wantedBy(fields) }, options)
}

function wantedBy({ n }: RequestFields): number {
  return typeof n === 'number' && n >= 1 ? n : 1
}
