import { OneTokenError, type Place } from '../errors.ts'
import { checkParameters, type AllowedParameters, type Keep } from './check.ts'
import { entryNameRule, isEntryName } from './entry-name.ts'
import { globsMistake } from './glob.ts'
import { nearest } from './nearest.ts'
import { canonicalName, ENTRY_ONLY, PARAMETER_NAMES } from './parameters.ts'
import { quote, show } from './text.ts'
import type { Parameters } from './types.ts'
import type { YamlFile } from './yaml.ts'

/** One picture of a manifest, as it is written. */
export interface ManifestEntry {
  name: string
  parameters: Parameters
  /** Globs of input pictures: the entry is one for each of them. */
  each?: string[] | undefined
  /** Parameters of its dark version, which is an edit of it. */
  dark?: Parameters | undefined
  /** Where its name stands. */
  place: Place
  /** Where those of its parameters stand whose mistakes show only beside others, or on disk. */
  places?: ParameterPlaces | undefined
}

const PLACED = [
  'edit',
  'each',
  'dark',
  'style',
  'variables',
  'image',
  'mask',
  'pick',
  'background',
  'extra',
] as const

/** Places of parameters, of those that are given. */
export type ParameterPlaces = Partial<Record<(typeof PLACED)[number], Place>>

/** Check one entry. Mistakes of its parameters go to `keep`; what makes it no entry at all is thrown. */
export function checkEntry(name: string, value: unknown, yaml: YamlFile, keep: Keep): ManifestEntry {
  const path = ['images', name]
  const place = yaml.locate(path, 'name')
  if (!isEntryName(name)) {
    throw new OneTokenError('MANIFEST_INVALID', `${quote(name)} cannot be the name of an entry.`, {
      hint: entryNameRule(name),
      place,
    })
  }
  if (!isMapping(value)) {
    const what = value === null ? 'is empty' : 'is not a mapping of parameters'
    const words = typeof value === 'string' ? show(value) : 'a red fox'
    throw new OneTokenError('MANIFEST_INVALID', `The entry ${quote(name)} ${what}.`, {
      hint: `Write its words below the name, further to the right: prompt: ${words}`,
      place: value === null ? place : yaml.locate(path),
    })
  }
  const { each, dark, ...own } = value
  const parameters = checkParameters(own, path, yaml.locate, ENTRY_PARAMETERS, keep)
  const entry: ManifestEntry = { name, parameters, place, ...placesIn(value, path, yaml) }
  if ('each' in value) entry.each = keep(() => checkEach(each, own, path, yaml))
  if ('dark' in value) entry.dark = checkDark(name, dark, path, yaml, keep)
  // Who wrote `promt` is told of that alone.
  if (!Object.keys(own).some((written) => nearest(written, PARAMETER_NAMES) === 'prompt')) {
    throw new OneTokenError('MISSING_PROMPT', `The entry ${quote(name)} has no prompt.`, {
      hint: 'Add "prompt:" with the words of the picture.',
      place,
    })
  }
  return entry
}

/** Parameters that an entry may have. */
export const ENTRY_PARAMETERS: AllowedParameters = {
  names: [...PARAMETER_NAMES, ...ENTRY_ONLY],
  // Every parameter may stand in an entry, so that there is no reason why one may not.
  reason: '',
}

const NOT_DARK = new Set(['edit', 'alt', 'n', 'pick'])
/** Parameters that a dark version may have. */
export const DARK_PARAMETERS: AllowedParameters = {
  names: PARAMETER_NAMES.filter((name) => !NOT_DARK.has(canonicalName(name) ?? name)),
  reason: 'the dark version is one edit of its entry, with the same alt text',
}

function placesIn(
  value: Record<string, unknown>,
  path: string[],
  yaml: YamlFile,
): Pick<ManifestEntry, 'places'> {
  const names = PLACED.filter((name) => Object.hasOwn(value, name))
  if (names.length === 0) return {}
  return { places: Object.fromEntries(names.map((name) => [name, yaml.locate([...path, name])])) }
}

/** Globs of one `each`. */
export const MOST_GLOBS = 100

function checkEach(each: unknown, own: Record<string, unknown>, path: string[], yaml: YamlFile): string[] {
  const globs: unknown[] = Array.isArray(each) ? each : [each]
  const isGlobs = globs.every((glob): glob is string => typeof glob === 'string' && isPath(glob))
  if (!isGlobs || globs.length === 0 || globs.length > MOST_GLOBS) {
    throw new OneTokenError(
      'BAD_VALUE',
      `"each" cannot be ${show(each)}: it must be the path of a picture with * in it, or several of them.`,
      { hint: 'Write it as in: each: photos/*.png', place: yaml.locate([...path, 'each']) },
    )
  }
  const mistake = globsMistake(globs)
  if (mistake !== undefined) {
    throw new OneTokenError('BAD_VALUE', `"each" ${mistake.what}.`, {
      hint: mistake.hint,
      place: yaml.locate([...path, 'each']),
    })
  }
  if (Object.hasOwn(own, 'edit')) {
    throw new OneTokenError('BAD_VALUE', '"each" and "edit" both say what the first input picture is.', {
      hint: 'Keep one of them.',
      place: yaml.locate([...path, 'edit'], 'name'),
    })
  }
  return globs
}

/** No file has a control character in its name that anybody would miss, and some of them no system call takes. */
function isPath(glob: string): boolean {
  return glob.trim() !== '' && !/\p{Cc}/u.test(glob)
}

function checkDark(
  name: string,
  dark: unknown,
  path: string[],
  yaml: YamlFile,
  keep: Keep,
): Parameters | undefined {
  const at = [...path, 'dark']
  if (typeof dark === 'string') {
    return checkParameters({ prompt: dark }, path, () => yaml.locate(at), DARK_PARAMETERS, keep)
  }
  return keep(() => {
    if (!isMapping(dark)) {
      throw new OneTokenError('BAD_VALUE', `"dark" cannot be ${show(dark)}.`, {
        hint: 'Write what is to be changed for dark pages, as in: dark: { prompt: the same scene at night }',
        place: yaml.locate(at),
      })
    }
    const parameters = checkParameters(dark, at, yaml.locate, DARK_PARAMETERS, keep)
    if (Object.keys(dark).some((written) => nearest(written, PARAMETER_NAMES) === 'prompt')) return parameters
    throw new OneTokenError('MISSING_PROMPT', `The dark version of ${quote(name)} has no prompt.`, {
      hint: 'Add "prompt:" with what is to be changed, as in: dark: { prompt: the same scene at night }',
      place: yaml.locate(at, 'name'),
    })
  })
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
