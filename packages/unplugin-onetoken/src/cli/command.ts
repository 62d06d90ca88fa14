import type { Flag, FlagTable, FlagValue, GlobalFlags, NumberFlag, PathFlag, SwitchFlag } from './flags.ts'

/** A command, as its help, the parser and messages know it. */
export interface Command {
  name: string
  /** What follows its name, as the help shows it: `<name>` has to be there, `[name]` may be, `…` is any number of them. */
  args: string
  /** What it does, in one line of the help. */
  about: string
  /** Its own flags, by their names in camel case. */
  flags: Readonly<Record<string, Flag>>
  example: string
  /** Whether it looks at a project, so that one has to be found. */
  hasProject: boolean
  /** Whether it may use the remote store of the settings. */
  hasRemote: boolean
  run(args: string[], flags: GlobalFlags & Readonly<Record<string, FlagValue>>): Promise<number>
}

/** Define a command: its table of flags has to be that of its type. */
export function command<Flags extends GlobalFlags>(
  parts: Pick<Command, 'name' | 'about'> &
    Partial<Pick<Command, 'args' | 'example' | 'hasProject' | 'hasRemote'>> & {
      flags: FlagTable<Flags>
      run(args: string[], flags: Flags): Promise<number>
    },
): Command {
  const { name, flags, run, ...others } = parts
  return {
    args: '',
    example: `onetoken ${name}`,
    hasProject: true,
    hasRemote: true,
    ...others,
    name,
    flags,
    run: (args, values) => run(args, values as unknown as Flags),
  }
}

const CWD: PathFlag = {
  kind: 'path',
  value: 'folder',
  about:
    'Folder of the project (default: the nearest one upwards with settings, a manifest or a package.json)',
}
const CONFIG: PathFlag = { kind: 'path', value: 'file', about: 'Settings file (default: onetoken.config.*)' }
const JSON_OUTPUT: SwitchFlag = {
  kind: 'switch',
  about: 'Print one JSON object, for machines; nothing is asked',
}
const NO_REMOTE: SwitchFlag = {
  kind: 'switch',
  about: 'Leave the remote store of the settings out (without this, it is used)',
}

/** Flags that all commands have. */
export function globalFlags({ hasRemote = true }: Partial<Pick<Command, 'hasRemote'>> = {}): Readonly<
  Record<string, Flag>
> {
  const all = { cwd: CWD, config: CONFIG, json: JSON_OUTPUT }
  return hasRemote ? { ...all, noRemote: NO_REMOTE } : all
}

/** A flag that is there or not, told in one line. */
export function toggle(about: string): SwitchFlag {
  return { kind: 'switch', about }
}

/** A number of days. */
export function days(about: string): NumberFlag {
  return { kind: 'number', value: 'days', example: '14', about }
}
