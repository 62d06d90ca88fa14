import type sharp from 'sharp'
import { OneTokenError } from '../errors.ts'

/** sharp's main function. */
export type SharpFunction = typeof sharp

let loading: Promise<SharpFunction> | undefined

/**
 * Loads sharp, once. The only place that does: a run that finds everything in its caches never comes here.
 * @throws OneTokenError `ENCODE_FAILED` when its native part is not installed for this platform
 */
export function loadSharp(): Promise<SharpFunction> {
  loading ??= import('sharp').then(
    (module) => module.default,
    (cause: unknown) => {
      const [first] = String(cause instanceof Error ? cause.message : cause).split('\n')
      throw new OneTokenError(
        'ENCODE_FAILED',
        `sharp, which encodes the pictures, cannot be loaded: ${first}.`,
        {
          hint: `Install it with its optional packages for this platform: npm install --include=optional sharp`,
          cause,
        },
      )
    },
  )
  return loading
}
