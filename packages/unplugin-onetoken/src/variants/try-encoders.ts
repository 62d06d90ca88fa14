import { encodeAs } from './encoders.ts'
import { loadSharp } from './load-sharp.ts'
import { reason } from './reason.ts'
import type { Format } from './types.ts'

/** What the installed encoders can do. */
export interface EncoderTrial {
  sharp: string
  libvips: string
  encodes: Format[]
  /** Formats that cannot be encoded, with the reason. */
  fails: { format: Format; why: string }[]
}

const FORMATS: readonly Format[] = ['avif', 'webp', 'jpg', 'png']

/**
 * Encode a few pixels in every format.
 * @throws OneTokenError `ENCODE_FAILED` when sharp cannot be loaded
 */
export async function tryEncoders(): Promise<EncoderTrial> {
  const sharp = await loadSharp()
  const { sharp: version = 'unknown', vips = 'unknown' } = sharp.versions as Record<string, string>
  const trial: EncoderTrial = { sharp: version, libvips: vips, encodes: [], fails: [] }
  const open = (): ReturnType<typeof sharp> =>
    sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } })
  for (const format of FORMATS) {
    try {
      await encodeAs(open, format, 50)
      trial.encodes.push(format)
    } catch (cause) {
      trial.fails.push({ format, why: reason(cause) })
    }
  }
  return trial
}
