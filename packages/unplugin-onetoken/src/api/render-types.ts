import type { PictureState } from '../engine/index.ts'
import type { OneTokenError } from '../errors.ts'

/** A render that a project asks for. */
export interface PlannedPicture {
  /** Names of all entries that want this render, `hero:dark` for a dark version; empty for one that only sources name. */
  names: string[]
  /** The words as they are sent, with their style. */
  prompt: string
  /**
   * Lower-case hex sha256 of everything that makes it this render and no other; undefined while the picture that it is
   * an edit of is not there.
   */
  key: string | undefined
  /**
   * `cached` is there, `missing` can be rendered; `stale` is an edit of what has changed since, which is used as it is.
   * With any other there is a `problem`, and where `pick` is beyond the pictures that came.
   */
  state: PictureState
  /** Where a picture comes from that was not rendered for these words: by `onetoken accept`, or by `onetoken import`. */
  origin: 'accepted' | 'imported' | undefined
  /** Whether it only stands in for the render: `render` renders it. */
  isProvisional: boolean
  /** Name of the entry that it is an edit of, when that has to be rendered first. */
  after: string | undefined
  /** Where it is asked for, relative to the root, such as `images.yaml:4:3`. */
  where: string
  /** Dollars that it costs at the most if it is rendered, also where it is there already. */
  most: number
  /** Whether `most` is only the highest price of a size or quality of `auto`, or of no quality. */
  open: boolean
  /** Why it cannot be used, and what to do. */
  problem: OneTokenError | undefined
}

/** What is there, what is missing and what it would cost. */
export interface Plan {
  renders: PlannedPicture[]
  /** Dollars that `render` would cost at the most: what is missing, and what another picture only stands in for. */
  most: number
  /** Entries and imports that cannot be read, and imports whose words are put together at run time. */
  problems: OneTokenError[]
  /** Names of entries without `alt`: they say nothing for people who cannot see. */
  withoutAlt: string[]
  /** What the store on this machine keeps, also of what nobody asks for any more; `bytes` without its cache. */
  store: { renders: number; pictures: number; bytes: number }
}

/** What `render` is to render, and how far. */
export interface RenderOptions {
  /** Names of entries and groups; an empty list is none. @default all that the project asks for, imports in its sources as well */
  names?: readonly string[] | undefined
  /** Render the named entries anew, also what is there, was refused or may have been billed. @default false */
  again?: boolean | undefined
  /** Render edits anew whose parents have changed. @default false: they are used as they are */
  stale?: boolean | undefined
  /** Dollars that this call may cost at the most. @default `budget.cost` of the settings */
  maxCost?: number | undefined
  /**
   * Called each time that a render has ended. What it throws, at once or as a promise, is thrown by `render` when all
   * requests are answered.
   */
  onProgress?: ((progress: Progress) => void) | undefined
  /**
   * Stops the call: no further request is sent. Those under way are awaited and kept, as they are paid for; then the
   * report is returned.
   */
  signal?: AbortSignal | undefined
}

/** How far a call is. */
export interface Progress {
  /** Renders that have ended, well or not. */
  done: number
  /** Renders that the call began with. */
  total: number
  /** The one that has ended. */
  render: RenderedPicture
}

/** What became of one render. */
export interface RenderedPicture {
  /** Names of all entries that want this render, `hero:dark` for a dark version; empty for one that only sources name. */
  names: string[]
  /** The words as they are sent, with their style. */
  prompt: string
  /** Undefined while the picture that it is an edit of is not there. */
  key: string | undefined
  /** What is known of it now. */
  state: PictureState
  /** Whether this call has paid for it. */
  made: boolean
  /** Dollars that this call has paid for it. */
  cost: number
  /** Why it could not be had, or what came cannot be used. Undefined also for what was not sent: after a stop, or when its parent could not be had. */
  problem: OneTokenError | undefined
}

/** What `render` did. */
export interface RenderReport {
  /** Everything that was asked for, what was there already as well, and parents that had to be rendered first. */
  renders: RenderedPicture[]
  /** Of these, the ones with a problem. */
  failed: RenderedPicture[]
  /** How many were paid for. */
  made: number
  /** Dollars that were paid. */
  cost: number
  /** Whether the signal stopped the call. */
  stopped: boolean
  /** All that went wrong, as one error: to be thrown, or to be told by its `message` and `hint`. */
  problem: OneTokenError | undefined
}
