import { isAbsolute, relative, sep } from 'node:path'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { dollars } from '../render/pricing.ts'
import type { MissingCode } from '../render/rules.ts'
import { visible, visibleLines } from '../spec/text.ts'
import { workingFolder } from '../working-folder.ts'
import { pretendText } from './pretend.ts'

/** What a message tells of a render that is missing and may not be made. */
export interface MissingRender {
  /** Key of the render: what several places ask for is counted once. */
  key: string
  label: string
  /** Where it is asked for, such as `src/app.ts:3:17`. */
  where: string | undefined
  /** Dollars at the most. */
  worst: number
  code: MissingCode
  why: string
  hint: string
  /** Whether it is not missing: somebody asked for it once more. */
  isThere?: boolean | undefined
  /** Whether there is a pretend picture of it. */
  isPretend?: boolean | undefined
}

/** The error for missing renders, of which that with this key was asked for although it is there; others as they are. */
export function notMadeAnew(error: OneTokenError, key: string): OneTokenError {
  const missing = error.details?.['missing'] as MissingRender[] | undefined
  if (missing === undefined) return error
  return missingErrors(missing.map((one) => (one.key === key ? { ...one, isThere: true } : one)))
}

const MOST_NAMED = 50

/** The error for one missing render; {@link oneProblem} makes one message of many. */
export function missingError(missing: MissingRender): OneTokenError {
  return missingErrors([missing])
}

/** Every missing render by name, with what it would cost, once for each reason. */
function missingErrors(all: readonly MissingRender[]): OneTokenError {
  const reasonOf = ({ isThere, why }: MissingRender): string => `${isThere === true} ${why}`
  const reasons = [...new Set(all.map(reasonOf))]
  const paragraphs = reasons.map((reason) => missingParagraph(all.filter((one) => reasonOf(one) === reason)))
  const onlyKey = all.every(({ code }) => code === 'API_KEY_MISSING')
  const pretend = pretendText(all.flatMap(({ isPretend, label }) => (isPretend === true ? label : [])))
  return new OneTokenError(onlyKey ? 'API_KEY_MISSING' : 'RENDERS_MISSING', paragraphs.join('\n'), {
    hint: [...new Set([...all.map(({ hint }) => hint), ...(pretend === undefined ? [] : [pretend])])].join(
      '\n',
    ),
    details: { missing: all },
  })
}

function missingParagraph(missing: readonly MissingRender[]): string {
  const [first] = missing
  const renders = missing.length === 1 ? '1 render is' : `${missing.length} renders are`
  const what = first?.isThere === true ? 'there, and not made anew, as' : 'missing, and'
  const lines = missing.slice(0, MOST_NAMED).map(({ label, where, worst }) => {
    const place = where === undefined ? '' : ` (${visible(shortened(where))})`
    return `  ${visible(label)}${place}: at most ${dollars(worst)}`
  })
  if (missing.length > MOST_NAMED) lines.push(`  and ${missing.length - MOST_NAMED} more`)
  const total = missing.reduce((sum, { worst }) => sum + worst, 0)
  if (missing.length > 1) lines.push(`  together: at most ${dollars(total)}`)
  return `${renders} ${what} ${first?.why}:\n${lines.join('\n')}`
}

/** A picture that is on every page is asked for in many places; a few of them will do. */
function shortened(where: string): string {
  const places = where.split(', ')
  return places.length <= 4 ? where : `${places.slice(0, 3).join(', ')} and ${places.length - 3} more`
}

/** One error for all that went wrong in a run; undefined when nothing did. Paths in it are relative to `root`. */
export function oneProblem(
  problems: readonly OneTokenError[],
  root: string = workingFolder() ?? sep,
): OneTokenError | undefined {
  const all = listedProblems(problems, root)
  const first = all[0]
  if (first === undefined || all.length === 1) return first
  const worst = all.reduce((a, b) => (b.exitCode > a.exitCode ? b : a))
  const same = all.every(({ code }) => code === first.code)
  const text = all.map((error) => `- ${describe(error, root)}`).join('\n')
  return new OneTokenError(
    same || worst.exitCode > 1 ? worst.code : 'SEVERAL',
    `${all.length} problems:\n${text}`,
    {
      details: {
        errors: all.map(({ code, message, hint, place, details }) => ({
          code,
          message,
          hint,
          place,
          details,
        })),
      },
    },
  )
}

/** All that went wrong in a run as {@link oneProblem} tells it: what has one cause is one problem. */
export function listedProblems(problems: readonly OneTokenError[], root: string): OneTokenError[] {
  const missing = problems.flatMap(
    ({ details }) => (details?.['missing'] as MissingRender[] | undefined) ?? [],
  )
  const others = distinct(
    unknownErrors(
      problems.filter(({ details }) => details?.['missing'] === undefined),
      root,
    ),
  )
  return missing.length === 0 ? others : [...others, missingErrors(distinctMissing(missing))]
}

/** What the remote store could not be asked for is one trouble, with a list, for each thing to do about it. */
function unknownErrors(problems: readonly OneTokenError[], root: string): OneTokenError[] {
  const groups = new Map<string, OneTokenError[]>()
  for (const error of problems) {
    const id = `${error.code} ${String(error.details?.['kind'])} ${error.hint}`
    if (error.details?.['unknown'] !== undefined) groups.set(id, [...(groups.get(id) ?? []), error])
  }
  const merged = [...groups.values()].flatMap((errors) => {
    const [first] = errors
    if (first === undefined || errors.length === 1) return errors
    const lines = errors.slice(0, MOST_NAMED).map(({ details, place }) => {
      const where = place === undefined ? '' : ` (${placeText(place, root)})`
      return `  ${visible(String(details?.['unknown']))}${where}`
    })
    if (errors.length > MOST_NAMED) lines.push(`  and ${errors.length - MOST_NAMED} more`)
    const { code, hint, cause, details } = first
    const why = asOneTokenError(cause)?.message ?? first.message
    const message = `${errors.length} renders are not here, and the remote store did not give them: ${why}\n${lines.join('\n')}`
    return [new OneTokenError(code, message, { hint, cause, details })]
  })
  return [...problems.filter(({ details }) => details?.['unknown'] === undefined), ...merged]
}

/**
 * A wrong key fails every request with the same words: they are said once. What stops a run is said once for each
 * code, as the words may hold the number of a request.
 */
function distinct(errors: readonly OneTokenError[]): OneTokenError[] {
  const seen = new Map<string, OneTokenError>()
  for (const error of errors) {
    const { code, message, place, details } = error
    const { file, line, column } = place ?? {}
    const key = details?.['stopAll'] === true ? code : `${code} ${message} ${file}:${line}:${column}`
    if (!seen.has(key)) seen.set(key, error)
  }
  return [...seen.values()]
}

const byPlace = new Intl.Collator('en', { numeric: true })

/** What several places ask for is one render: it is named once, with all of them. In the order of the places. */
function distinctMissing(missing: readonly MissingRender[]): MissingRender[] {
  const seen = new Map<string, MissingRender>()
  const sorted = [...missing].sort((a, b) => byPlace.compare(a.where ?? '', b.where ?? ''))
  for (const one of sorted) {
    const id = `${one.key} ${one.why}`
    const known = seen.get(id)
    if (known === undefined) seen.set(id, one)
    else {
      // Each may be one of several already.
      const places = [known.where, one.where].flatMap((where) => where?.split(', ') ?? [])
      seen.set(id, { ...known, where: places.length === 0 ? undefined : [...new Set(places)].join(', ') })
    }
  }
  return [...seen.values()]
}

/** An error as text for people, safe for terminals: place, message, hint. Paths are relative to `root`. */
export function describe(error: OneTokenError, root: string = workingFolder() ?? sep): string {
  const { place } = error
  const where = place === undefined ? '' : `${placeText(place, root)} `
  const hint = error.hint === undefined ? '' : `\n  ${error.hint.replaceAll('\n', '\n  ')}`
  return visibleLines(`${where}${error.message}${hint}`)
}

/** `src/app.ts:3:17`, fit for a terminal whatever the file is called. */
export function placeText({ file, line, column }: Place, root: string): string {
  const path = relative(root, file)
  const outside = path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)
  const short = visible(outside ? file : path)
  return line === undefined ? short : `${short}:${line}:${column ?? 1}`
}
