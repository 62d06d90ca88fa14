import { placeOfCommands, suggestAt, type EngineOptions } from '../engine/index.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'

const ANEW =
  'Render what is missing with render() of the same createOneToken(): no command knows the settings of a script.'

/** An error whose commands work on the project of the script, wherever that was started. */
export function forScripts(
  thrown: unknown,
  { root, config, settings }: Pick<EngineOptions, 'root' | 'config' | 'settings'>,
): unknown {
  const error = asOneTokenError(thrown)
  if (error?.hint === undefined) return thrown
  const { code, message, place, cause, details } = error
  const isUnknown = settings !== undefined && code === 'RENDERS_MISSING'
  const hint = isUnknown ? ANEW : suggestAt(error.hint, placeOfCommands(root, config))
  return hint === error.hint ? error : new OneTokenError(code, message, { hint, place, cause, details })
}
