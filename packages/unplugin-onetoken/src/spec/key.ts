import { canonicalJson, sha256 } from '../canonical-json.ts'
import type { RenderSpec } from './types.ts'

/** An input file by what enters the key. */
export interface InputDigest {
  role: 'image' | 'mask'
  /** Lower-case hex sha256 of the user's bytes. */
  sha256: string
  /**
   * Version of the conversion that is applied before sending, as a header tells it, without decoding.
   * 0: none is needed; the key is over the bytes alone. 1: an image is made a PNG below 4 MB, and a mask that fits it
   * follows. 2: a mask is made one: of its image's size, a PNG, with an alpha channel.
   */
  conversion: number
}

/** Version of the recipe below. Another one re-bills every picture of every user: it never changes. */
const KEY_VERSION = 1

/**
 * The key of a render: lower-case hex sha256 over canonical JSON of everything that changes the picture.
 * The base URL is no part of it: a proxy must not re-bill. `provider` is `mock` for pretend pictures.
 */
export function renderKey(
  { endpoint, request, take }: Pick<RenderSpec, 'endpoint' | 'request' | 'take'>,
  inputs: readonly InputDigest[],
  provider: string,
): string {
  const digests = (role: InputDigest['role']): object[] =>
    inputs
      .filter((input) => input.role === role)
      .map(({ sha256: hash, conversion }) =>
        conversion === 0 ? { sha256: hash } : { sha256: hash, conversion },
      )
  return sha256(
    canonicalJson({
      version: KEY_VERSION,
      provider,
      endpoint,
      request,
      take,
      images: digests('image'),
      mask: digests('mask')[0],
    }),
  )
}
