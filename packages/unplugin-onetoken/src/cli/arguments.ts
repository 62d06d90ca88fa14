import { parseArgs } from 'node:util'
import { didYouMean, quote } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import { globalFlags, type Command } from './command.ts'
import { flagValue, typedName, type Flag, type FlagValue } from './flags.ts'

/** What somebody asks of `onetoken`. */
export type Call =
  | { kind: 'help'; command: Command | undefined }
  | { kind: 'version' }
  | {
      kind: 'run'
      command: Command
      args: string[]
      /** By their names in camel case. */
      flags: Record<string, FlagValue>
      /** `--cwd` and `--config` as they were typed, for commands that messages suggest. */
      where: { cwd?: string; config?: string }
    }

/** How options begin that are no options of ours, such as `-1`. */
const NUMBER = /^-[\d.]/

/** What is neither a long option nor one of a single letter: a number, or words that begin with a dash. */
const LETTERS = /^-(?:[\d.]|[^-][^])/

/** Read the words behind `onetoken`; paths in flags are relative to `folder`, which is absolute. Throws `USAGE`. */
export function readArguments(argv: readonly string[], commands: readonly Command[], folder: string): Call {
  const { words, options } = split(argv, commands)
  const [name, ...args] = words
  if (options.some(({ typed }) => typed === '--version' || typed === '-v')) return { kind: 'version' }
  const isAsked = options.some(({ typed }) => typed === '--help' || typed === '-h')
  if (isAsked || name === 'help') {
    const about = name === 'help' ? args[0] : name
    return { kind: 'help', command: about === undefined ? undefined : commandOf(about, commands) }
  }
  const command = commandOf(name, commands)
  try {
    return { kind: 'run', command, args: checkedArgs(command, args), ...flagsOf(command, options, folder) }
  } catch (thrown) {
    throw withHelp(thrown, command)
  }
}

/** Whether somebody wants JSON, also of arguments that cannot be read. */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? argv.length : end).some((word) => /^--json(?:=|$)/.test(word))
}

/** An option where it was typed. */
interface TypedOption {
  /** As in `--max-cost`. */
  typed: string
  value: string | undefined
  /** Whether the value is a word of its own. */
  isApart: boolean
}

/** Tell words from options. Which options take the word behind them is the same in all commands. */
function split(
  argv: readonly string[],
  commands: readonly Command[],
): { words: string[]; options: TypedOption[] } {
  const flags = [globalFlags(), ...commands.map((one) => one.flags)].flatMap((one) => Object.entries(one))
  const known = flags.map(
    ([name, { kind }]) =>
      [typedName(name).slice(2), { type: kind === 'switch' ? 'boolean' : 'string' }] as const,
  )
  const { tokens } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries(known),
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const words: string[] = []
  const options: TypedOption[] = []
  let last = -1
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value)
    if (token.kind !== 'option') continue
    const { index, rawName, value, inlineValue } = token
    const written = argv[index] ?? ''
    if (LETTERS.test(written)) {
      // Several letters behind one dash are one word, whatever each of them would be: no option is written like that.
      if (index === last) continue
      last = index
      if (NUMBER.test(written)) words.push(written)
      else options.push({ typed: written, value: undefined, isApart: false })
      continue
    }
    options.push({ typed: rawName, value, isApart: value !== undefined && !inlineValue })
  }
  return { words, options }
}

function commandOf(name: string | undefined, commands: readonly Command[]): Command {
  const command = commands.find((one) => one.name === name)
  if (command !== undefined) return command
  const names = [...commands.map((one) => one.name), 'help']
  const what =
    name === undefined
      ? 'No command was given.'
      : `There is no command ${quote(name)}${didYouMean(name, names) || '.'}`
  throw new OneTokenError('USAGE', what, {
    hint: `The commands are ${names.join(', ')}; see npx --no-install onetoken --help`,
  })
}

function checkedArgs({ name, args: shape, example }: Command, args: string[]): string[] {
  const parts = shape.split(' ').filter((part) => part !== '')
  const needed = parts.filter((part) => part.startsWith('<'))
  const most = shape.includes('…') ? Number.POSITIVE_INFINITY : parts.length
  const hint = `As in: npx --no-install ${example}`
  if (args.length < needed.length) {
    const lacking = needed.slice(args.length).join(' and ')
    throw new OneTokenError('USAGE', `The command ${name} needs ${lacking}.`, { hint })
  }
  if (args.length > most) {
    const takes = most === 0 ? 'takes no names' : `takes ${shape} and nothing else`
    const extra = quote(args[most] ?? '')
    throw new OneTokenError('USAGE', `The command ${name} ${takes}, and ${extra} is given.`, { hint })
  }
  return args
}

function flagsOf(
  command: Command,
  options: readonly TypedOption[],
  folder: string,
): Pick<Call & { kind: 'run' }, 'flags' | 'where'> {
  const table: Readonly<Record<string, Flag>> = { ...command.flags, ...globalFlags(command) }
  const byName = new Map(Object.keys(table).map((name) => [typedName(name), name]))
  const typed = new Map<string, TypedOption[]>()
  for (const option of options) {
    const name = byName.get(option.typed)
    if (name === undefined) throw unknownOption(command, option, [...byName.keys()])
    typed.set(name, [...(typed.get(name) ?? []), option])
  }
  const where: { cwd?: string; config?: string } = {}
  for (const name of ['cwd', 'config'] as const) {
    const text = typed.get(name)?.[0]?.value
    if (text !== undefined) where[name] = text
  }
  const values: Record<string, FlagValue> = {}
  const read = (name: string, base: string): void => {
    const all = typed.get(name)
    const flag = table[name]
    if (all === undefined || flag === undefined) return
    const [value] = all.map((option) => flagValue(name, flag, textOf(option), base))
    if (flag.kind !== 'switch' && all.length > 1) {
      throw new OneTokenError('USAGE', `${typedName(name)} is given ${all.length} times.`, {
        hint: 'Give it once.',
      })
    }
    if (value !== undefined) values[name] = value
  }
  read('cwd', folder)
  const base = typeof values['cwd'] === 'string' ? values['cwd'] : folder
  for (const name of Object.keys(table)) if (name !== 'cwd') read(name, base)
  return { flags: values, where }
}

/** A forgotten value would take the next option for itself. */
function textOf({ typed, value, isApart }: TypedOption): string | undefined {
  if (!isApart || value === undefined || !value.startsWith('-') || value === '-' || NUMBER.test(value)) {
    return value
  }
  throw new OneTokenError('USAGE', `${typed} needs a value, and ${quote(value)} follows.`, {
    hint: `If that is meant to be its value: ${typed}=${quote(value).slice(1, -1)}`,
  })
}

function unknownOption(
  { name, args }: Command,
  { typed }: TypedOption,
  known: readonly string[],
): OneTokenError {
  const near = didYouMean(longFor(typed, known) ?? typed, known)
  return new OneTokenError('USAGE', `The command ${name} has no option ${quote(typed)}${near || '.'}`, {
    hint:
      args !== '' && (near === '' || LETTERS.test(typed))
        ? 'A name or words that begin with "-" go behind "--".'
        : undefined,
  })
}

/** The one option that begins with the letter of a short one, as other commands have them: `-y`. */
function longFor(typed: string, known: readonly string[]): string | undefined {
  const long = /^-[a-z]$/.test(typed) ? known.filter((name) => name.startsWith(`-${typed}`)) : []
  return long.length === 1 ? long[0] : undefined
}

/** Says where the options of a command are listed. */
function withHelp(thrown: unknown, { name }: Command): unknown {
  if (!(thrown instanceof OneTokenError)) return thrown
  const { code, message, hint, details } = thrown
  const help = `See npx --no-install onetoken ${name} --help`
  return new OneTokenError(code, message, { hint: hint === undefined ? help : `${hint}\n${help}`, details })
}
