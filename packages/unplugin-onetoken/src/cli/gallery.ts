import { relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { count, visible, writeGallery } from '../engine/index.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson } from './output.ts'
import { commandEngine, progressBar } from './terminal.ts'

/** Flags of `onetoken gallery`. */
export interface GalleryFlags extends GlobalFlags {
  /** Absolute. */
  out?: string | undefined
}

/** `onetoken gallery` */
export async function gallery(flags: GalleryFlags): Promise<number> {
  const engine = commandEngine(flags)
  const bar = progressBar(flags, 'looked at')
  try {
    const result = await writeGallery(engine, { out: flags.out, progress: bar.progress })
    const { file, entries, imports, missing, inTrouble, withoutAlt, thumbnails, changed } = result
    if (flags.json === true) {
      const { files, removed } = thumbnails
      printJson({
        file,
        changed,
        entries,
        imports,
        missing,
        inTrouble,
        withoutAlt,
        thumbnails: files,
        removed,
      })
      return 0
    }
    const parts = [
      count(entries + imports, 'picture'),
      ...(missing === 0 ? [] : [`${missing} missing`]),
      ...(inTrouble === 0 ? [] : [`${inTrouble} in trouble`]),
      ...(withoutAlt === 0 ? [] : [`${withoutAlt} without alt text`]),
    ]
    print(`${visible(relative(engine.root, file))}: ${parts.join(', ')}.`)
    print(`Open it in a browser: ${pathToFileURL(file).href}`)
    return 0
  } finally {
    bar.stop()
    await engine.close()
  }
}
