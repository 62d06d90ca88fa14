import { OneTokenError, type Place } from '../errors.ts'
import { quote, quotePath } from '../spec/text.ts'

/** Who has a glob, for messages. */
export interface GlobOwner {
  name: 'each' | 'manifest'
  code: 'BAD_VALUE' | 'SETTINGS_INVALID'
  glob: string
  place?: Place | undefined
}

/** Look for something by a glob. What the library throws at one that it cannot read, or the system, becomes our error. */
export async function globbing<T>(
  { name, code, glob, place }: GlobOwner,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof OneTokenError) throw cause
    const { code: reason, path } = cause as NodeJS.ErrnoException
    const [why, hint] =
      reason === undefined
        ? [
            'it cannot be read as a glob',
            'Put a backslash before brackets that belong to a name, as in photos/\\(old\\)/*.png.',
          ]
        : [
            `the system says ${reason}${path === undefined ? '' : ` of ${quotePath(path)}`}`,
            'Make its folders readable, or the glob narrower.',
          ]
    throw new OneTokenError(code, `"${name}" cannot be ${quote(glob)}: ${why}.`, { hint, place, cause })
  }
}
