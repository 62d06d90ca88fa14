import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { OneTokenError } from '../../errors.ts'
import type { ModuleLanguage } from '../../output/images-module.ts'
import { LIST_NAME } from '../../project/exported.ts'
import type { Project } from '../../project/project.ts'
import { quote, quotePath } from '../../spec/text.ts'
import { toPosix } from '../references.ts'

/** Folders whose content sites serve from their root, by the names that they have nearly everywhere. */
const SERVED = new Set(['public', 'static'])

/** Folders that are no place for what a site ships. */
const FORBIDDEN = new Set(['node_modules', '.git'])

const LANGUAGES: Record<string, ModuleLanguage> = {
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.json': 'json',
}

/**
 * The absolute path of a folder that files may be exported into.
 * @throws OneTokenError `EXPORT_REFUSED`
 */
export async function exportFolder(out: string, { root, store }: Project): Promise<string> {
  const folder = resolve(root, out)
  const real = await realPath(folder)
  const [realRoot, realStore] = [await realPath(root), await realPath(store)]
  const refuse = (why: string, hint = 'Choose a folder of its own, such as public/pictures.'): never => {
    throw new OneTokenError('EXPORT_REFUSED', `${quotePath(folder)} ${why}.`, { hint })
  }
  if (isIn(realRoot, real))
    refuse('holds the whole project, and its files would lie among those of an export')
  if (isIn(real, realStore)) refuse('is where renders are kept, which is no place for what can be made again')
  for (const path of [folder, real]) {
    const name = path.split(sep).find((part) => FORBIDDEN.has(part))
    if (name !== undefined) refuse(`lies in ${name}, which is not the site's own`)
  }
  const found = await stat(folder).catch(() => undefined)
  if (found !== undefined && !found.isDirectory()) refuse('is a file')
  return folder
}

/**
 * The absolute path of a module that may be written, and its language by the end of its name.
 * @throws OneTokenError `USAGE`, `EXPORT_REFUSED`
 */
export async function moduleFile(
  path: string,
  { root, store }: Project,
): Promise<{ file: string; language: ModuleLanguage }> {
  const file = resolve(root, path)
  const language = LANGUAGES[extname(file)]
  if (language === undefined || basename(file).endsWith('.d.ts')) {
    throw new OneTokenError('USAGE', `A module cannot be called ${quote(basename(file))}.`, {
      hint: `Its name ends with ${Object.keys(LANGUAGES).join(', ')}, which says what is written into it.`,
    })
  }
  if (basename(file) === LIST_NAME) {
    throw new OneTokenError(
      'EXPORT_REFUSED',
      `${quotePath(file)} is where an export keeps the list of its files.`,
      { hint: 'Choose another name.' },
    )
  }
  await refuseSourceFolder(file, store)
  return { file, language }
}

/**
 * The absolute path of a page that may be written.
 * @throws OneTokenError `USAGE`, `EXPORT_REFUSED`
 */
export async function pageFile(path: string, { root, store }: Project): Promise<string> {
  const file = resolve(root, path)
  if (!/\.html?$/.test(file)) {
    throw new OneTokenError('USAGE', `A page cannot be called ${quote(basename(file))}.`, {
      hint: 'Its name ends with .html.',
    })
  }
  const [folder, cache] = [await realPath(dirname(file)), await realPath(join(store, '.cache'))]
  if (!isIn(folder, cache)) await refuseSourceFolder(file, store)
  return file
}

/** Neither packages nor renders lie where a single file is put. */
async function refuseSourceFolder(file: string, store: string): Promise<void> {
  const folder = await realPath(dirname(file))
  const forbidden = folder.split(sep).some((part) => FORBIDDEN.has(part))
  if (!forbidden && !isIn(folder, await realPath(store))) return
  throw new OneTokenError('EXPORT_REFUSED', `${quotePath(file)} is no place for a file of the site's own.`, {
    hint: 'Put it among the sources of the project.',
  })
}

/**
 * What the addresses of files in a folder begin with, and where that comes from: what is `given`, with a `/` at its
 * end; or the way from the first folder called `public` or `static` on the way to the folder; or the way from the
 * project. Undefined for a folder outside of the project that has no such name in its path.
 * @throws OneTokenError `USAGE`
 */
export function publicPathOf(
  folder: string,
  root: string,
  given: string | undefined,
): { path: string; from: string | undefined } | undefined {
  if (given !== undefined) return { path: checkedPublicPath(given), from: undefined }
  const parts = toPosix(relative(root, folder)).split('/')
  const at = parts.findIndex((part) => SERVED.has(part))
  if (at < 0 && (parts[0] === '..' || isAbsolute(relative(root, folder)))) return undefined
  const below = parts.slice(at + 1).map((part) => `${encodeURIComponent(part)}/`)
  return {
    path: `/${below.join('')}`,
    from: at < 0 ? undefined : parts.slice(0, at + 1).join('/'),
  }
}

/** Addresses stand in a `srcset`, where white space ends them. */
function checkedPublicPath(given: string): string {
  if (/[\s"'<>\\\p{Cc}]|^,/u.test(given)) {
    throw new OneTokenError('USAGE', `${quote(given)} cannot be the beginning of addresses.`, {
      hint: 'Write it as in /pictures/ or https://cdn.example.com/pictures/, with %20 for a space.',
    })
  }
  return given === '' || given.endsWith('/') ? given : `${given}/`
}

/** Where a path leads, links followed as far as there is something. */
async function realPath(path: string): Promise<string> {
  const found = await realpath(path).catch(() => undefined)
  if (found !== undefined) return found
  const parent = dirname(path)
  return parent === path ? path : join(await realPath(parent), basename(path))
}

/** Whether a path is a folder or lies below it. */
function isIn(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}
