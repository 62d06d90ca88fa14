import type { Created } from '../claim.ts'
import type { Attempt } from './operation.ts'
import type { Remote } from './types.ts'

/**
 * What to say of a name that is there as `bytes` are to be created: the attempt before this one may have created it
 * although its answer was lost.
 */
export async function createdOrExists(
  bytes: Uint8Array,
  { number }: Attempt,
  read: (largest: number) => ReturnType<Remote['read']>,
): Promise<Created> {
  if (number === 1) return 'exists'
  // What cannot be read, or is longer, is not known to be ours.
  const there = await read(bytes.length).catch(() => undefined)
  return there?.bytes.equals(bytes) === true ? 'created' : 'exists'
}
