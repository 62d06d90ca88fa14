import { createRequire } from 'node:module'
import { sep } from 'node:path'
import type { DoctorOptions } from '../engine/index.ts'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import { workingFolder } from '../working-folder.ts'
import { asksForJson, readArguments } from './arguments.ts'
import { createCommands } from './commands.ts'
import { helpOfAll, helpOfOne } from './help.ts'
import { suggestCommandsFor } from './hints.ts'
import { keepOutputForResults, outliveReaders, print, printJson, sayProblem } from './output.ts'
import { projectFolder } from './project-folder.ts'
import { Interrupted } from './questions.ts'
import { endAsStopped, STATUS_OF } from './signals.ts'

const ours = createRequire(import.meta.url)('../package.json') as DoctorOptions['package']
const argv = process.argv.slice(2)
const isJson = asksForJson(argv)

let isWritten = true
outliveReaders((why) => {
  isWritten = false
  process.stderr.write(`The result cannot be written to standard output: ${why}.\n`)
  // It may come to light after all is done.
  if (process.exitCode === 0) process.exitCode = 1
})
keepOutputForResults()

const status = await run()
process.exitCode = isWritten || status !== 0 ? status : 1
endAsStopped(status)

/**
 * Exit status: 0 done, 1 failed or declined, 2 usage, 3 renders missing, 4 possibly billed, 5 budget reached, and 128 with
 * the number of the signal that stopped it.
 */
async function run(): Promise<number> {
  try {
    const commands = createCommands(ours)
    const folder = workingFolder()
    const call = readArguments(argv, commands, folder ?? sep)
    if (call.kind === 'version') {
      const { platform, arch, version: node } = process
      if (isJson) printJson({ version: ours.version, platform, arch, node })
      else print(`onetoken/${ours.version} ${platform}-${arch} node-${node}`)
      return 0
    }
    if (call.kind === 'help') {
      const help = call.command === undefined ? helpOfAll(commands, ours.version) : helpOfOne(call.command)
      if (isJson) printJson({ help })
      else print(help)
      return 0
    }
    if (folder === undefined) {
      const hint = 'Go to one that is there: cd "$PWD", or another.'
      throw new OneTokenError('USAGE', 'The working directory was removed.', { hint })
    }
    const { command, args, flags, where } = call
    suggestCommandsFor(where)
    const root = await projectFolder(command, flags, isJson)
    return await command.run(args, { ...flags, root })
  } catch (thrown) {
    if (thrown instanceof Interrupted) return STATUS_OF.SIGINT
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    report(error)
    return error.exitCode
  }
}

function report(error: OneTokenError): void {
  const { code, message, hint, place, details } = error
  if (isJson) printJson({ error: { code, message, hint, place, details } })
  else sayProblem(error)
}
