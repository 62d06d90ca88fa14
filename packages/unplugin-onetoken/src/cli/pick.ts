import { pickPicture, quote } from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson } from './output.ts'
import { staleLines, staleSince } from './stale.ts'
import { lineText, withEngine } from './terminal.ts'

/** `onetoken pick <name> <number>` */
export async function pick(name: string, number: string, flags: GlobalFlags): Promise<number> {
  if (!/^[1-9]\d{0,8}$/.test(number)) {
    throw new OneTokenError('USAGE', `The number of a picture cannot be ${quote(number)}.`, {
      hint: 'They are counted from 1, as in: npx --no-install onetoken pick hero 2',
    })
  }
  const picked = await withEngine(flags, (engine) => pickPicture(engine, name, Number(number)))
  const { change, pictures } = picked
  const stale = await staleSince(change === undefined ? [] : [name], flags)
  if (flags.json === true) printJson({ ...picked, change: change ?? null, stale: stale.names })
  else if (change === undefined) print(`${name} uses picture ${number} of ${pictures} already.`)
  else {
    print(`${name} uses picture ${number} of ${pictures} now: ${lineText(change, flags)} was changed.`)
    for (const line of staleLines(stale)) print(line)
  }
  return 0
}
