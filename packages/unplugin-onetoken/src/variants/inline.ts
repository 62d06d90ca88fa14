import type { Encoder } from './types.ts'

/**
 * An encoder that works in this process, with sharp's own threads: for where no child process can be had,
 * and for tests. AVIF bytes depend on the number of threads; those of the pool do not.
 */
export function createInlineEncoder(): Encoder {
  return {
    encode: async (job) => (await import('./encode.ts')).encodePicture(job),
    inspect: async (image) => (await import('./decode.ts')).inspectImage(image),
    convertInput: async (bytes, options) => (await import('./convert-input.ts')).convertInput(bytes, options),
    convertMask: async (bytes, options) => (await import('./convert-mask.ts')).convertMask(bytes, options),
    close: async () => {},
  }
}
