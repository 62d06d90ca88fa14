import type { RenderRecord } from '../../../packages/unplugin-onetoken/src/store/record.ts'

/** One picture that a worker is to get, as an engine would. */
export interface Order {
  /** Comes back in all messages about this order. */
  id: number
  /** Folder of the store. */
  folder: string
  prompt: string
  again?: boolean
  /** The address of an API, or a file with the picture that the client has at once, and one where it notes its requests. */
  api: { url: string } | { picture: string; requests: string }
  /** Milliseconds; see `openIntents`. */
  lease?: number
  /** Milliseconds between two looks at the request of another process. */
  poll?: number
  /** Wait before the request is sent, with the input pictures in hand, until told to go on. */
  hold?: boolean
}

/** How an order ended. */
export type End =
  | { id: number; stage: 'done'; record: RenderRecord; made: boolean }
  | { id: number; stage: 'failed'; code: string; message: string; hint: string; details: object }

/** What a worker says of an order: where it is, and at last how it ended. */
export type Report = End | { id: number; stage: 'looked' | 'holds' }

/** Said once, at the beginning: `thread` does all file work that is not synchronous, when there is one such thread. */
export interface Ready {
  stage: 'ready'
  thread: number | undefined
}

/** Tells the end of an order among the messages of a worker. */
export function isEndOf({ id }: Pick<Order, 'id'>): (message: End) => boolean {
  return (message) => message.id === id && (message.stage === 'done' || message.stage === 'failed')
}
