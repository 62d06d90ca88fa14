import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describe as describeError } from '../engine/index.ts'
import { asOneTokenError } from '../errors.ts'
import { asksForJson, readArguments, type Call } from './arguments.ts'
import { createCommands } from './commands.ts'
import { globalFlags } from './command.ts'
import { typedName } from './flags.ts'
import { helpOfAll, helpOfOne } from './help.ts'

const COMMANDS = createCommands({ version: '1.2.3', engines: { node: '*' } })
const HERE = resolve('/site')

const read = (...argv: string[]): Call => readArguments(argv, COMMANDS, HERE)

/** What a person is asked to do, in short. */
function run(...argv: string[]): [string, string[], object] {
  const call = read(...argv)
  if (call.kind !== 'run') throw new TypeError(`${argv.join(' ')} asks for ${call.kind}`)
  return [call.command.name, call.args, call.flags]
}

function mistake(...argv: string[]): string {
  try {
    read(...argv)
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error?.code === 'USAGE') return describeError(error)
    throw thrown
  }
  throw new TypeError(`${argv.join(' ')} is no mistake`)
}

describe('the arguments of a command', () => {
  it.each<[string[], string, string[], object]>([
    [['plan'], 'plan', [], {}],
    [['render', 'hero', '--yes', 'boat'], 'render', ['hero', 'boat'], { yes: true }],
    // What stands behind it are names as well: without them, everything would be rendered.
    [['render', '--yes', '--', 'a', '--b'], 'render', ['a', '--b'], { yes: true }],
    [['--json', 'render', '--yes', '--yes'], 'render', [], { json: true, yes: true }],
    [['render', '--max-cost', '0.50'], 'render', [], { maxCost: 0.5 }],
    [['render', '--max-cost=.5'], 'render', [], { maxCost: 0.5 }],
    [['prune', '--days', '007'], 'prune', [], { days: 7 }],
    [['accept', 'hero', '--prompt', '007'], 'accept', ['hero'], { prompt: '007' }],
    [['accept', 'hero', '--prompt=--x'], 'accept', ['hero'], { prompt: '--x' }],
    [['import', 'a', 'b.png', '--alt', ''], 'import', ['a', 'b.png'], { alt: '' }],
    [['accept', 'hero', '--', '- dash'], 'accept', ['hero', '- dash'], {}],
    [['accept', 'hero', '--', '-v words'], 'accept', ['hero', '-v words'], {}],
    [['accept', '-', '-.5 degrees'], 'accept', ['-', '-.5 degrees'], {}],
    [['pick', 'logo', '-1'], 'pick', ['logo', '-1'], {}],
    [['accept', 'hero', '-12 degrees'], 'accept', ['hero', '-12 degrees'], {}],
    [['export', '--out', 'a', '--config', '/c.json'], 'export', [], { out: 'a', config: '/c.json' }],
    [['export', '--out', 'a', '--cwd=x'], 'export', [], { out: 'x/a', cwd: 'x' }],
    [['init', '--remote', 's3://a'], 'init', [], { remote: 's3://a' }],
    [['render', '--no-remote'], 'render', [], { noRemote: true }],
    [['mock', '--port', '0'], 'mock', [], { port: 0 }],
  ])('%j', (argv, name, args, flags) => {
    const paths = Object.entries(flags).map(([flag, value]) =>
      ['out', 'config', 'cwd'].includes(flag) ? [flag, resolve(HERE, String(value))] : [flag, value],
    )
    expect(run(...argv)).toEqual([name, args, Object.fromEntries(paths)])
  })

  it.each<[string, string[]]>([
    ['no command', []],
    ['an unknown command', ['rendr']],
    ['an unknown option', ['render', '--ys']],
    ['an option of another command', ['plan', '--max-cost', '1']],
    ['an unknown letter', ['accept', '-x']],
    ['the letter of an option', ['render', '-y']],
    ['several letters', ['render', '-yes']],
    ['words with a dash before them', ['accept', 'hero', '- dash']],
    ['words that begin like an option of one letter', ['accept', 'hero', '-v words']],
    ['a word of letters that are options', ['accept', 'hero', '-vh']],
    ['words that begin like a long option', ['accept', 'hero', '--help me']],
    ['no names', ['pick', 'logo']],
    ['too many names', ['pick', 'logo', '2', '3']],
    ['names where there are none', ['plan', '--', 'a']],
    ['text twice', ['plan', '--cwd', 'a', '--cwd=b']],
    ['a file twice', ['plan', '--config', 'a', '--config', 'b']],
    ['a value of a switch', ['render', '--yes=0']],
    ['an empty value of a switch', ['render', '--yes=']],
    ['a value of a global switch', ['plan', '--json=0']],
    ['nothing', ['export', '--out']],
    ['an option in place of a value', ['render', '--max-cost', '--yes']],
    ['an empty number', ['render', '--max-cost', '']],
    ['a negative number', ['render', '--max-cost', '-1']],
    ['a hexadecimal number', ['render', '--max-cost', '0x10']],
    ['a number with an exponent', ['prune', '--days', '1e3']],
    ['a number without end', ['prune', '--days', '9'.repeat(400)]],
    ['a port that is none', ['mock', '--port', '70000']],
    ['an empty path', ['plan', '--cwd', '']],
    ['an unknown word', ['sync', '--prefer', 'remot']],
    ['control characters', ['plan', '--cwd\u001b[2J']],
  ])('cannot be read: %s', (_, argv) => {
    expect(mistake(...argv)).toMatchSnapshot()
  })

  it('are the same options in all commands, with or without a value', () => {
    const kinds = new Map<string, boolean>()
    const tables = [globalFlags(), ...COMMANDS.map(({ flags }) => flags)]
    for (const [name, { kind }] of tables.flatMap((flags) => Object.entries(flags))) {
      const typed = typedName(name)
      expect(kinds.get(typed) ?? kind === 'switch', typed).toBe(kind === 'switch')
      kinds.set(typed, kind === 'switch')
    }
  })

  it('tell whether JSON is wanted, also when they cannot be read', () => {
    expect(asksForJson(['render', '--ys', '--json'])).toBe(true)
    expect(asksForJson(['render', '--json=0'])).toBe(true)
    expect(asksForJson(['render', '--', '--json'])).toBe(false)
    expect(asksForJson(['render', '--jsonx'])).toBe(false)
  })
})

describe('the help', () => {
  it.each<[string, string[], string | undefined]>([
    ['of all', ['--help'], undefined],
    ['of all, in short', ['-h'], undefined],
    ['of all, as a command', ['help'], undefined],
    ['of one', ['pick', '--help'], 'pick'],
    ['of one that cannot be read', ['pick', '--xyz', '-h'], 'pick'],
    ['of one, as a command', ['help', 'pick'], 'pick'],
  ])('%s', (_, argv, name) => {
    const call = read(...argv)
    expect(call.kind === 'help' && call.command?.name).toBe(name)
  })

  it('is of commands that are there', () => {
    expect(mistake('help', 'pik')).toContain('There is no command "pik"; did you mean "pick"?')
  })

  it('has every command and every option', () => {
    const all = helpOfAll(COMMANDS, '1.2.3')
    for (const command of COMMANDS) {
      expect(all).toContain(`\n  ${command.name}`)
      const own = helpOfOne(command)
      const names = [...Object.keys(command.flags), ...Object.keys(globalFlags(command))]
      for (const name of names) expect(own).toMatch(new RegExp(`\n  ${typedName(name)} `))
      // The example is one.
      expect(
        run(
          ...[...command.example.matchAll(/"([^"]*)"|\S+/g)].slice(1).map(([word, quoted]) => quoted ?? word),
        )[0],
      ).toBe(command.name)
    }
  })

  it('of a command', () => {
    const command = COMMANDS.find(({ name }) => name === 'render')
    expect(command && helpOfOne(command)).toMatchInlineSnapshot(`
      "Render what is missing: all, or the named entries.

      Usage:
        npx --no-install onetoken render [names…] [options]

      Options:
        --yes                 Spend without asking
        --max-cost <dollars>  Spend at most this, instead of the budget of the settings
        --again               Render the named entries anew, also what was refused or may have been billed
        --stale               Render edits anew whose parents have changed

      Options of every command:
        --cwd <folder>   Folder of the project (default: the nearest one upwards with settings, a manifest or a package.json)
        --config <file>  Settings file (default: onetoken.config.*)
        --json           Print one JSON object, for machines; nothing is asked
        --no-remote      Leave the remote store of the settings out (without this, it is used)
        -h, --help       Show this

      Example:
        npx --no-install onetoken render hero --max-cost 0.50"
    `)
  })
})
