import { relative } from 'node:path'
import {
  count,
  exportIcons,
  exportPictures,
  size,
  visible,
  type Engine,
  type ExportedFile,
} from '../engine/index.ts'
import { OneTokenError } from '../errors.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson } from './output.ts'
import { commandEngine, progressBar } from './terminal.ts'

/** Flags of `onetoken export`. */
export interface ExportFlags extends GlobalFlags {
  /** Absolute, as `module` is. */
  out?: string | undefined
  module?: string | undefined
  publicPath?: string | undefined
  icons?: string | undefined
}

/** `onetoken export [...names]` */
export async function exportCommand(names: string[], flags: ExportFlags): Promise<number> {
  const { out, module, icons, publicPath } = flags
  if (out === undefined) {
    throw new OneTokenError('USAGE', 'The folder of the files is not said.', {
      hint: 'As in: npx --no-install onetoken export --out public/pictures',
    })
  }
  if (icons !== undefined && (names.length > 0 || module !== undefined)) {
    throw new OneTokenError('USAGE', '--icons writes the icons of one entry, and nothing else.', {
      hint: 'Export pictures by a command of their own.',
    })
  }
  const engine = commandEngine(flags)
  try {
    if (icons !== undefined) await writeIcons(engine, { name: icons, out, publicPath }, flags)
    else {
      const wanted = names.length === 0 ? undefined : names
      await writePictures(engine, { names: wanted, out, module, publicPath }, flags)
    }
  } finally {
    await engine.close()
  }
  return 0
}

type Wish = Parameters<typeof exportPictures>[1]

async function writePictures(engine: Engine, wish: Wish, flags: ExportFlags): Promise<void> {
  const bar = progressBar(flags, 'cut')
  const result = await exportPictures(engine, { ...wish, progress: bar.progress }).finally(bar.stop)
  const { folder, publicPath, publicFrom, files, removed, module, images } = result
  if (flags.json === true) {
    return printJson({ folder, publicPath, ...totals(files), files, removed, module: module ?? null })
  }
  const here = (path: string): string => visible(relative(engine.root, path))
  print(`${here(folder)}: ${count(images.size, 'picture')}, ${extent(files, removed)}.`)
  if (wish.publicPath === undefined) {
    const taken = publicFrom === undefined ? 'the project' : `the folder ${visible(publicFrom)}`
    print(
      `Addresses begin with ${publicPath}: ${taken} is taken for the root of the site. --public-path says otherwise.`,
    )
  }
  if (module !== undefined) print(`${here(module.file)}: ${module.changed ? 'written' : 'unchanged'}.`)
}

async function writeIcons(
  engine: Engine,
  wish: Parameters<typeof exportIcons>[1],
  flags: ExportFlags,
): Promise<void> {
  const { folder, files, removed, links, manifest } = await exportIcons(engine, wish)
  if (flags.json === true) return printJson({ folder, ...totals(files), files, removed, links, manifest })
  print(`${visible(relative(engine.root, folder))}: ${extent(files, removed)}.`)
  print(`In the head of every page:\n${links.map((link) => `  ${visible(link)}`).join('\n')}`)
  print(`In the web app manifest:\n  "icons": ${visible(JSON.stringify(manifest))}`)
}

function totals(files: readonly ExportedFile[]): { bytes: number; changed: number } {
  return {
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    changed: files.filter(({ changed }) => changed).length,
  }
}

/** `6 files (412 kB), 2 of them written, 1 removed` */
function extent(files: readonly ExportedFile[], removed: readonly string[]): string {
  const { bytes, changed } = totals(files)
  const written = changed === 0 ? 'none changed' : `${changed} written`
  return [
    `${count(files.length, 'file')} (${size(bytes)})`,
    written,
    ...(removed.length === 0 ? [] : [`${removed.length} of earlier ones removed`]),
  ].join(', ')
}
