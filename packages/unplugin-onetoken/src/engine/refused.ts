import { askAgain } from '../again.ts'
import { OneTokenError } from '../errors.ts'
import { quotePath, visible } from '../spec/text.ts'
import type { ImageSpec } from '../spec/types.ts'
import type { RenderRecord } from '../store/record.ts'

/** The error for words that the API has refused; `used` is the picture that builds go on with, where there is one. */
export function refusedError(
  { label, name, place }: Pick<ImageSpec, 'label' | 'name' | 'place'>,
  { refusal, created }: RenderRecord,
  used?: RenderRecord,
): OneTokenError {
  const why = refusal === undefined ? 'the API did not say why.' : visible(refusal.message)
  const error = new OneTokenError('API_REFUSED', `${label} was refused on ${created.slice(0, 10)}: ${why}`, {
    hint: `It is not asked for again with the same words: change them. To try them once more: ${askAgain(label)}`,
    place,
  })
  return used === undefined ? error : withKeepHint(error, { name }, used)
}

/** The same error with what builds do all the same, and how that stays. */
export function withKeepHint(
  { code, message, hint, place, cause, details }: OneTokenError,
  { name }: Pick<ImageSpec, 'name'>,
  used: RenderRecord,
): OneTokenError {
  const hints = [...(hint === undefined ? [] : [hint]), keepHint(name, used)]
  return new OneTokenError(code, message, { hint: hints.join('\n'), place, cause, details })
}

function keepHint(name: string | undefined, { origin }: RenderRecord): string {
  if (origin?.kind === 'imported') {
    const file = quotePath(origin.file)
    const keep =
      name === undefined ? '' : ` To have that for good: npx --no-install onetoken import ${name} FILE`
    return `Builds go on with ${file}.${keep}`
  }
  // An import has no name that commands could take.
  const keep =
    name === undefined
      ? ''
      : ` To keep that, and hear no more of it: npx --no-install onetoken accept ${name}`
  return `Builds go on with the picture that is there.${keep}`
}
