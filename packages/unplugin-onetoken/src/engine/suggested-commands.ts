import { relative, resolve } from 'node:path'
import { findRootAtOnce } from '../project/find-root.ts'
import { visible } from '../spec/text.ts'
import { workingFolder } from '../working-folder.ts'

/** Where a command that is suggested has to work, as it is typed. */
export interface CommandPlace {
  cwd?: string | undefined
  config?: string | undefined
}

const SUGGESTED = /\bnpx --no-install onetoken [a-z]+\b/g

/** A text with `--cwd` and `--config` in each command that it suggests. */
export function suggestAt(text: string, { cwd, config }: CommandPlace): string {
  const flags = [
    ...(cwd === undefined ? [] : [` --cwd ${shellWord(cwd)}`]),
    ...(config === undefined ? [] : [` --config ${shellWord(config)}`]),
  ].join('')
  return flags === '' ? text : text.replace(SUGGESTED, (command) => `${command}${flags}`)
}

/**
 * What a command has to be told in the working directory to work on the project at `root` (absolute path), with the
 * settings file `config`, which is relative to it.
 */
export function placeOfCommands(root: string, config: string | undefined): CommandPlace {
  const here = workingFolder() ?? root
  const isFound = (): boolean => {
    try {
      return findRootAtOnce(here, '').root === root
    } catch {
      // The command may find it; told outright, it does.
      return false
    }
  }
  return {
    cwd: isFound() ? undefined : relative(here, root) || '.',
    config: config && relative(here, resolve(root, config)),
  }
}

/** A word as it is pasted into a shell; on Windows both of its shells know double quotes, and no name has one in it. */
function shellWord(word: string): string {
  if (process.platform === 'win32') return visible(/^[\w@+=:./\\~-]+$/.test(word) ? word : `"${word}"`)
  return visible(/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
}
