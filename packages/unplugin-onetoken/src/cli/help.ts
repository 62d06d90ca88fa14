import { globalFlags, type Command } from './command.ts'
import { typedName, type Flag } from './flags.ts'
import { table } from './table.ts'

const ALWAYS: [string, string] = ['-h, --help', 'Show this']

/** The help of all commands. */
export function helpOfAll(commands: readonly Command[], version: string): string {
  return [
    `onetoken ${version}: pictures from words, rendered once and kept`,
    'Usage:\n  npx --no-install onetoken <command> [options]',
    section('Commands', [
      ...commands.map(({ name, args, about }): [string, string] => [`${name} ${args}`.trim(), about]),
      ['help [command]', 'Show the options of a command'],
    ]),
    section('Options of every command', [
      ...rows(globalFlags()),
      ALWAYS,
      ['-v, --version', 'Show the version'],
    ]),
    'Exit status:\n  0 done, 1 failed or declined, 2 usage, 3 renders missing and not allowed, 4 possibly billed, 5 budget reached,\n  130 interrupted (Ctrl-C), 129 and 143 the same by SIGHUP and SIGTERM',
  ].join('\n\n')
}

/** The help of one command. */
export function helpOfOne(command: Command): string {
  const { name, args, about, flags, example } = command
  return [
    `${about}.`,
    `Usage:\n  npx --no-install onetoken ${`${name} ${args}`.trim()} [options]`,
    ...(Object.keys(flags).length === 0 ? [] : [section('Options', rows(flags))]),
    section('Options of every command', [...rows(globalFlags(command)), ALWAYS]),
    `Example:\n  npx --no-install ${example}`,
  ].join('\n\n')
}

function section(title: string, lines: readonly [string, string][]): string {
  return [`${title}:`, ...table(lines).map((line) => `  ${line}`)].join('\n')
}

function rows(flags: Readonly<Record<string, Flag>>): [string, string][] {
  return Object.entries(flags).map(([name, flag]) => [
    flag.kind === 'switch' ? typedName(name) : `${typedName(name)} <${flag.value}>`,
    flag.about,
  ])
}
