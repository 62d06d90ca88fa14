import { didYouMean, quote, withGroups } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'

/** Flags of `onetoken accept` that say what is accepted. */
export interface AcceptRequestFlags {
  all?: boolean
  prompt?: string | undefined
  from?: string | undefined
}

/** What a person asks to be accepted. */
export interface AcceptRequest {
  /** Of entries. */
  names: string[]
  /** Entries of the groups that are named: those of them that are missing. */
  members: string[]
  /** New words of the only one of them. */
  words: string | undefined
  from: string | undefined
}

/** What the arguments of `onetoken accept` mean: names of entries and groups, or a name and its new words. Throws `USAGE` or `UNKNOWN_ENTRY`. */
export function acceptRequest(
  args: readonly string[],
  known: readonly string[],
  { all, prompt, from }: AcceptRequestFlags,
): AcceptRequest {
  const [name, second] = args
  if (all === true && (name !== undefined || prompt !== undefined || from !== undefined)) {
    throw usage('--all accepts the pictures of all entries: it takes neither names nor words, nor --from.')
  }
  if (all !== true && name === undefined) throw usage('The command accept needs the name of an entry.')
  const hasWords =
    prompt === undefined &&
    args.length === 2 &&
    second !== undefined &&
    !known.includes(second) &&
    /\s/.test(second)
  const named = hasWords ? args.slice(0, 1) : [...args]
  const membersOf = (one: string): string[] => withGroups([one], known).filter((member) => member !== one)
  const groups = named.filter((one) => membersOf(one).length > 0)
  const names = named.filter((one) => !groups.includes(one))
  if (groups[0] !== undefined && (hasWords || prompt !== undefined || from !== undefined)) {
    throw usage(`${quote(groups[0])} is a group: new words and --from are for one entry.`)
  }
  if (names.length > 1 && (prompt !== undefined || from !== undefined)) {
    throw usage('--prompt and --from are for one entry, and several are named.')
  }
  const unknown = named.slice(1).find((one) => names.includes(one) && !known.includes(one))
  if (unknown !== undefined) {
    throw new OneTokenError(
      'UNKNOWN_ENTRY',
      `There is no entry ${quote(unknown)}${didYouMean(unknown, known) || '.'}`,
      {
        hint: `New words of ${quote(name ?? '')} go in quotes, all in one pair of them; a single word goes behind --prompt.`,
      },
    )
  }
  const members = [...new Set(groups.flatMap(membersOf))]
  return { names, members, words: prompt ?? (hasWords ? second : undefined), from }
}

function usage(message: string): OneTokenError {
  return new OneTokenError('USAGE', message, {
    hint: 'As in: npx --no-install onetoken accept hero, or: npx --no-install onetoken accept hero "a red fox", or: npx --no-install onetoken accept --all',
  })
}
