import { storeExtentOf } from '../store/listing.ts'
import type { Engine } from './engine.ts'

/** What the store on this machine keeps, also of what nobody asks for any more. */
export interface Kept {
  renders: number
  pictures: number
  /** Length of all of them; the cache, which can be made again, is not counted. */
  bytes: number
}

/** See {@link Kept}. Throws `STORE_UNAVAILABLE`. */
export async function keptIn(engine: Engine): Promise<Kept> {
  const { store } = await engine.project()
  const { renders, pictures } = await storeExtentOf(store)
  return { renders: renders.files, pictures: pictures.files, bytes: renders.bytes + pictures.bytes }
}
