import type { BundlerEntry } from '../engine/index.ts'
import { remoteMistake, type Keeping } from '../engine/init/index.ts'
import { OneTokenError } from '../errors.ts'
import type { GlobalFlags } from './flags.ts'
import { askFor, choose } from './questions.ts'
import { canAsk } from './terminal.ts'

/** Flags of `onetoken init`. */
export interface InitFlags extends GlobalFlags {
  commit?: Keeping
  /** Address of the remote store. */
  remote?: string
  bundler?: BundlerEntry
  yes?: boolean
  dryRun?: boolean
}

/** How a project is to be set up. */
export interface Answers {
  keeping: Keeping
  remote: string | undefined
  bundlers: readonly BundlerEntry[]
}

const KEEPING: readonly { value: Keeping; label: string; hint: string }[] = [
  { value: 'git', label: 'git', hint: 'up to about 100 pictures: nothing else to set up' },
  { value: 'lfs', label: 'Git LFS', hint: 'some hundreds: clones stay small' },
  { value: 'remote', label: 'a remote store', hint: 'a bucket or a web server that machines and CI share' },
]

const NOTHING = 'Nothing was written.'

/**
 * What flags say, and for the rest a person; undefined when that person gives no answer. Throws `USAGE` for flags that do
 * not go together, and where there is nobody to ask; a dry run takes what `--yes` would.
 */
export async function answersTo(
  flags: InitFlags,
  findBundlers: () => Promise<readonly BundlerEntry[]>,
): Promise<Answers | undefined> {
  const asks = flags.yes !== true && canAsk(flags)
  const said = keepingFlags(flags)
  const takesDefaults = flags.yes === true || flags.dryRun === true
  if (!asks && !takesDefaults && said.keeping === undefined) {
    throw new OneTokenError('USAGE', 'There is nobody to ask where pictures are to be kept.', {
      hint: 'Say it with --commit git, --commit lfs or --remote URL; --yes takes git.',
    })
  }
  if (!asks && said.keeping === 'remote' && said.remote === undefined) throw addressNeeded()
  let bundlers = flags.bundler === undefined ? await findBundlers() : [flags.bundler]
  if (asks && bundlers.length > 1) {
    const options = bundlers.map((value) => ({ value, label: value }))
    const bundler = await choose({ message: 'Which bundler makes the site?', otherwise: NOTHING }, options)
    if (bundler === undefined) return undefined
    bundlers = [bundler]
  }
  const keeping =
    said.keeping ??
    (asks ? await choose({ message: 'Where are pictures kept?', otherwise: NOTHING }, KEEPING) : 'git')
  if (keeping === undefined) return undefined
  if (keeping !== 'remote' || said.remote !== undefined) return { keeping, remote: said.remote, bundlers }
  const question = { message: 'What is its address?', otherwise: NOTHING }
  const remote = await askFor(question, 's3://our-pictures/shop', remoteMistake)
  return remote === undefined ? undefined : { keeping, remote, bundlers }
}

function keepingFlags({ commit, remote }: InitFlags): { keeping?: Keeping; remote?: string } {
  if (remote === undefined) return commit === undefined ? {} : { keeping: commit }
  const mistake = remoteMistake(remote)
  if (mistake !== undefined) throw new OneTokenError('USAGE', `--remote: ${mistake}`)
  if (commit !== undefined && commit !== 'remote') {
    throw new OneTokenError('USAGE', `--commit ${commit} and --remote are two answers to one question.`, {
      hint: 'Keep one of them.',
    })
  }
  return { keeping: 'remote', remote }
}

function addressNeeded(): OneTokenError {
  return new OneTokenError('USAGE', '--commit remote needs the address of the store.', {
    hint: 'As in --remote https://cdn.example.com/onetoken or --remote s3://bucket/prefix.',
  })
}
