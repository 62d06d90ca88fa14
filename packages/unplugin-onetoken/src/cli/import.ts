import { resolve } from 'node:path'
import { importPicture, refreshTypes, size, visible, type Imported } from '../engine/index.ts'
import { asideLines, pickLine, sharerLines } from './aside.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson } from './output.ts'
import { staleLines, staleSince } from './stale.ts'
import { lineText, withEngine } from './terminal.ts'

/** Flags of `onetoken import`. */
export interface ImportFlags extends GlobalFlags {
  untilRendered?: boolean
  prompt?: string | undefined
  alt?: string | undefined
  /** Absolute. */
  manifest?: string | undefined
  replace?: boolean
}

/** `onetoken import <name> <file>` */
export async function importFile(name: string, file: string, flags: ImportFlags): Promise<number> {
  const { untilRendered, prompt, alt, manifest, replace } = flags
  // Also with --cwd, it is a file of the person who names it.
  const options = { file: resolve(file), untilRendered, prompt, alt, manifest, replace }
  const imported = await withEngine(flags, async (engine) => {
    const done = await importPicture(engine, name, options)
    if (done.change?.isNew === true) {
      engine.refresh()
      await refreshTypes(engine)
    }
    return done
  })
  const stale = await staleSince([imported.name, ...imported.sharers], flags)
  if (flags.json === true) printJson({ ...importJson(imported), stale: stale.names })
  else for (const line of [...importedLines(imported, file, flags), ...staleLines(stale)]) print(line)
  return 0
}

function importedLines(imported: Imported, file: string, flags: ImportFlags): string[] {
  const { name, image, isProvisional, change, sharers } = imported
  const { width, height, bytes } = image
  const until = isProvisional ? 'until it is rendered' : 'for good'
  return [
    `${name} is ${visible(file)} ${until} (${width} × ${height}, ${size(bytes)}).`,
    ...(change === undefined ? [] : [changeLine(change, flags)]),
    ...sharerLines(sharers),
    ...asideLines(imported),
    ...paidLines(imported),
  ]
}

/** That a render of these words is there already, put aside by an earlier import. */
function paidLines({ name, paid }: Imported): string[] {
  if (paid === undefined) return []
  return [
    'These words were rendered and paid for before: the next render pays for them once more. To use that picture instead:',
    `  npx --no-install onetoken accept ${name} --from ${paid} --replace`,
  ]
}

function changeLine(change: NonNullable<Imported['change']>, flags: ImportFlags): string {
  const where = lineText(change, flags)
  return change.isNew ? `The entry was added: ${where}.` : pickLine(1, where)
}

function importJson({ change, formerPick, aside, paid, ...imported }: Imported): object {
  return {
    ...imported,
    change: change ?? null,
    formerPick: formerPick ?? null,
    aside: aside ?? null,
    paid: paid ?? null,
  }
}
