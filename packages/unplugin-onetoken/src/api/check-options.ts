import { didYouMean, quote, show, visible } from '../engine/index.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { isPlainObject, type Call, type OptionRule } from './options.ts'

/**
 * The options of a call, checked, and as they are now: what is changed later concerns later calls. An option that
 * nobody knows would be without effect, which can cost money.
 * @throws OneTokenError `USAGE`
 */
export function checkOptions<Options extends object>(call: Call<Options>, given: unknown): Options {
  try {
    return checked(call, given === undefined ? {} : given)
  } catch (thrown) {
    // Also what a getter throws.
    throw asOneTokenError(thrown) ?? unreadable(call, thrown)
  }
}

/** The name of an entry, as an argument of a call. Throws `USAGE`. */
export function checkName(
  { name: call, example }: Pick<Call<unknown>, 'name' | 'example'>,
  given: unknown,
): string {
  if (typeof given === 'string') return given
  const what =
    given === undefined
      ? `${call}() needs the name of an entry.`
      : `The name for ${call}() cannot be ${shown(given)}: it must be the name of an entry.`
  throw new OneTokenError('USAGE', what, { hint: `As in: ${example}` })
}

function checked<Options extends object>(
  { name: call, rules, example, adviceOn }: Call<Options>,
  given: unknown,
): Options {
  if (!isPlainObject(given)) {
    const message = `The options of ${call}() cannot be ${kindOf(given)}: they must be a plain object.`
    throw new OneTokenError('USAGE', message, { hint: `As in: ${example}` })
  }
  const names = Object.keys(rules)
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const advice = adviceOn?.(unknown)
    const near = advice === undefined ? didYouMean(unknown, names) || '.' : '.'
    throw new OneTokenError('USAGE', `${call}() has no option ${quote(unknown)}${near}`, {
      hint: advice ?? `Its options are ${names.join(', ')}.`,
    })
  }
  const options: Record<string, unknown> = {}
  for (const [name, rule] of Object.entries<OptionRule>(rules)) {
    // Not what all objects inherit, as a library may have given them more.
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value !== undefined) options[name] = checkedOption(call, name, rule, value)
    else if (rule.isNeeded === true) {
      const message = `${call}() needs ${quote(name)}: ${rule.expects}.`
      throw new OneTokenError('USAGE', message, { hint: `As in: ${example}` })
    }
  }
  return options as Options
}

function checkedOption(call: string, name: string, rule: OptionRule, value: unknown): unknown {
  const { schema, expects, member = expects, isSecret = false } = rule
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [step] = result.error.issues[0]?.path ?? []
  const [what, found, must] =
    step === undefined
      ? [name, value, expects]
      : [
          `${name}${typeof step === 'number' ? `[${step}]` : `.${String(step)}`}`,
          memberOf(value, step),
          member,
        ]
  const text = isSecret ? kindOf(found) : shown(found)
  throw new OneTokenError('USAGE', `${quote(what)} of ${call}() cannot be ${text}: it must be ${must}.`)
}

function memberOf(value: unknown, step: PropertyKey): unknown {
  return (value as Record<PropertyKey, unknown>)[step]
}

/** Objects are told by their kind: a secret may lie anywhere in them. */
function shown(value: unknown): string {
  return Array.isArray(value) || typeof value !== 'object' ? show(value) : kindOf(value)
}

/** What a value is, without saying any of it. */
function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'string') return 'text'
  if (typeof value !== 'object') return `a ${typeof value}`
  if (Array.isArray(value)) return 'a list'
  if (isPlainObject(value)) return 'this object'
  const name = visible(Object.prototype.toString.call(value).slice('[object '.length, -1))
  return name === 'Object' ? 'an instance of a class' : `an object of the class ${name}`
}

function unreadable({ name }: { name: string }, cause: unknown): OneTokenError {
  const reason = cause instanceof Error ? cause.message : show(cause)
  return new OneTokenError('USAGE', `The options of ${name}() cannot be read: ${visible(reason)}`, { cause })
}
