import { join } from 'node:path'

/** Absolute paths of the parts of a store. */
export interface Layout {
  records: string
  images: string
  /** Disposable, and ignored by git. */
  cache: string
  quarantine: string
}

/** Where the parts of the store in `folder` (absolute) are. */
export function layoutOf(folder: string): Layout {
  const cache = join(folder, '.cache')
  return {
    records: join(folder, 'renders'),
    images: join(folder, 'images'),
    cache,
    quarantine: join(cache, 'quarantine'),
  }
}
