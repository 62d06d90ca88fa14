import { createRequire } from 'node:module'
import { cac } from 'cac'
import { describe, type DoctorOptions } from '../engine/index.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { doctor, type DoctorFlags } from './doctor.ts'
import { mock, type MockFlags } from './mock.ts'
import { plan } from './plan.ts'
import { prune, type PruneFlags } from './prune.ts'
import { render, type RenderFlags } from './render.ts'
import { sync, type SyncFlags } from './sync.ts'
import { printJson, type GlobalFlags } from './terminal.ts'
import { verify, type VerifyFlags } from './verify.ts'

const ours = createRequire(import.meta.url)('../package.json') as DoctorOptions['package']

const cli = cac('onetoken')
cli.option('--cwd <folder>', 'Folder of the project (default: this one)')
cli.option('--config <file>', 'Settings file (default: onetoken.config.*)')
cli.option('--json', 'Print one JSON object, for machines')
cli.option('--no-remote', 'Leave out the remote store of the settings')
cli
  .command('plan', 'Tell what is rendered, what is missing and what it would cost; spends nothing')
  .action(plan)
cli
  .command('render [...names]', 'Render what is missing: all, or the named entries')
  .option('--yes', 'Spend without asking')
  .option('--max-cost <dollars>', 'Spend at most this, instead of the budget of the settings')
  .option('--again', 'Render the named entries anew, also what was refused or may have been billed')
  .option('--stale', 'Render edits anew whose parents have changed')
  .example('onetoken render hero --max-cost 0.50')
  .action((names: string[], flags: RenderFlags) => render(names, flags))
cli
  .command(
    'sync',
    'Put renders into the remote store, and bring those here that the project names; spends nothing',
  )
  .option('--push', 'Only put renders there')
  .option('--pull', 'Only bring renders here')
  .option('--check', 'Look at every byte there of what is here, and put right what is wrong')
  .option(
    '--prefer <side>',
    'Where both have a picture for the same words, keep the one that is here, or remote',
  )
  .action((flags: SyncFlags) => sync(flags))
cli
  .command('verify', 'Look at every byte of the store, and say what is wrong; asks nobody')
  .option('--repair', 'Put damaged pictures aside and clear up, without losing anything')
  .action((flags: VerifyFlags) => verify(flags))
cli
  .command('prune', 'Remove variants that were not used for a while; renders only with --renders')
  .option('--days <days>', 'Keep variants that were used in so many days (default: 30)')
  .option('--renders', 'Remove renders that nothing in the project asks for, after asking')
  .option('--keep-days <days>', 'Keep renders that were made in so many days (default: 30)')
  .option('--dry-run', 'Only tell what would be removed')
  .option('--yes', 'Remove renders without asking, also where there is no other copy')
  .action((flags: PruneFlags) => prune(flags))
cli
  .command('doctor', 'Tell what works here, what does not, and what to do; spends nothing')
  .option('--offline', 'Do not see whether the API answers')
  .action((flags: DoctorFlags) => doctor(flags, ours))
cli
  .command('mock', 'Serve a look-alike of the API on this machine, for trying things out')
  .option('--port <port>', 'Port (default: 8787)')
  .option('--latency <ms>', 'Time that every render takes (default: 0)')
  .action((flags: MockFlags) => mock(flags))
cli.help()
cli.version(ours.version)

// Who reads only the beginning, as `head` does, has seen enough. The work goes on: what is under way is paid for.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

process.exitCode = await run()

/** Exit status: 0 done, 1 failed, 2 usage, 3 renders missing, 4 possibly billed, 5 budget reached, 130 interrupted. */
async function run(): Promise<number> {
  let flags: GlobalFlags = {}
  try {
    const { options, args } = cli.parse(process.argv, { run: false })
    flags = options
    if (options['help'] === true || options['version'] === true) return 0
    if (cli.matchedCommand === undefined) {
      const what = args[0] === undefined ? 'No command was given.' : `There is no command "${args[0]}".`
      throw new OneTokenError('USAGE', what, {
        hint: 'The commands are plan, render, verify, prune, sync, doctor and mock; see onetoken --help.',
      })
    }
    return ((await cli.runMatchedCommand()) as number | undefined) ?? 0
  } catch (thrown) {
    const error = asOneTokenError(thrown) ?? usageError(thrown)
    if (error === undefined) throw thrown
    if (flags.json === true)
      printJson({
        error: {
          code: error.code,
          message: error.message,
          hint: error.hint,
          place: error.place,
          details: error.details,
        },
      })
    else process.stderr.write(`${describe(error)}\n`)
    return error.exitCode
  }
}

function usageError(thrown: unknown): OneTokenError | undefined {
  if (!(thrown instanceof Error) || thrown.name !== 'CACError') return undefined
  return new OneTokenError('USAGE', `${thrown.message}.`, { hint: 'See onetoken --help.', cause: thrown })
}
