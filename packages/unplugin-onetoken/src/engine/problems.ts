import { isAbsolute, relative, sep } from 'node:path'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { dollars } from '../render/pricing.ts'
import type { MissingCode } from '../render/rules.ts'
import { visible } from '../spec/text.ts'

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
}

const MOST_NAMED = 50

/** The error for one missing render; {@link oneProblem} makes one message of many. */
export function missingError(missing: MissingRender): OneTokenError {
  return missingErrors([missing])
}

/** Every missing render by name, with what it would cost, once for each reason. */
function missingErrors(all: readonly MissingRender[]): OneTokenError {
  const reasons = [...new Set(all.map(({ why }) => why))]
  const paragraphs = reasons.map((why) => missingParagraph(all.filter((missing) => missing.why === why)))
  const onlyKey = all.every(({ code }) => code === 'API_KEY_MISSING')
  return new OneTokenError(onlyKey ? 'API_KEY_MISSING' : 'RENDERS_MISSING', paragraphs.join('\n'), {
    hint: [...new Set(all.map(({ hint }) => hint))].join('\n'),
    details: { missing: all },
  })
}

function missingParagraph(missing: readonly MissingRender[]): string {
  const count = missing.length === 1 ? '1 render is missing' : `${missing.length} renders are missing`
  const lines = missing.slice(0, MOST_NAMED).map(({ label, where, worst }) => {
    const place = where === undefined ? '' : ` (${visible(shortened(where))})`
    return `  ${visible(label)}${place}: at most ${dollars(worst)}`
  })
  if (missing.length > MOST_NAMED) lines.push(`  and ${missing.length - MOST_NAMED} more`)
  const total = missing.reduce((sum, { worst }) => sum + worst, 0)
  if (missing.length > 1) lines.push(`  together: at most ${dollars(total)}`)
  return `${count}, and ${missing[0]?.why}:\n${lines.join('\n')}`
}

/** A picture that is on every page is asked for in many places; a few of them will do. */
function shortened(where: string): string {
  const places = where.split(', ')
  return places.length <= 4 ? where : `${places.slice(0, 3).join(', ')} and ${places.length - 3} more`
}

/** One error for all that went wrong in a run; undefined when nothing did. Paths in it are relative to `root`. */
export function oneProblem(
  problems: readonly OneTokenError[],
  root: string = process.cwd(),
): OneTokenError | undefined {
  const missing = problems.flatMap(
    ({ details }) => (details?.['missing'] as MissingRender[] | undefined) ?? [],
  )
  const others = distinct(
    unknownErrors(
      problems.filter(({ details }) => details?.['missing'] === undefined),
      root,
    ),
  )
  const all = missing.length === 0 ? others : [...others, missingErrors(distinctMissing(missing))]
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
    else if (one.where !== undefined && known.where?.split(', ').includes(one.where) !== true) {
      seen.set(id, {
        ...known,
        where: known.where === undefined ? one.where : `${known.where}, ${one.where}`,
      })
    }
  }
  return [...seen.values()]
}

/** An error as text for people: place, message, hint. Paths are relative to `root`. */
export function describe(error: OneTokenError, root: string = process.cwd()): string {
  const { place } = error
  const where = place === undefined ? '' : `${placeText(place, root)} `
  return `${where}${error.message}${error.hint === undefined ? '' : `\n  ${error.hint.replaceAll('\n', '\n  ')}`}`
}

/** `src/app.ts:3:17`, fit for a terminal whatever the file is called. */
export function placeText({ file, line, column }: Place, root: string): string {
  const path = relative(root, file)
  const outside = path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)
  const short = visible(outside ? file : path)
  return line === undefined ? short : `${short}:${line}:${column ?? 1}`
}
