import fs from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import glob from 'fast-glob'
import { OneTokenError } from '../errors.ts'

/** Files that may name pictures. */
export const SOURCES: string =
  '**/*.{js,jsx,ts,tsx,mjs,cjs,mts,cts,vue,svelte,astro,html,css,pcss,postcss,less,sass,scss,styl,stylus,sss}'

/** Of these, those that may hold a style sheet. */
export const STYLED: string = '**/*.{vue,svelte,astro,html,css,pcss,postcss,less,sass,scss,styl,stylus,sss}'

/** What is no source of the site. */
export const NO_SOURCES: readonly string[] = [
  '**/node_modules/**',
  '**/dist/**',
  '**/build/**',
  '**/coverage/**',
  '**/.*/**',
  '**/*.d.{ts,mts,cts}',
  // Tests get placeholders; what they import is no picture of the site.
  '**/*.{test,spec}.*',
  '**/__tests__/**',
]

/** Which files are read. */
export interface SourceFiles {
  /** Absolute path of the folder that the globs are relative to. */
  folder: string
  glob: string
  ignore: readonly string[]
  /** Told of a file or a folder that cannot be read, `PROJECT_WRITE`; the others are read all the same. */
  unread?: ((problem: OneTokenError) => void) | undefined
}

/** A source file: its absolute path and its text. */
export interface SourceFile {
  file: string
  text: string
}

type Listed = (error: NodeJS.ErrnoException | null, entries: fs.Dirent[]) => void

/** What the system does, for tests. */
export interface SourceSystem {
  readdir(path: string, options: { withFileTypes: true }, done: Listed): void
  readFile(file: string): Promise<string>
}

const REAL: SourceSystem = { readdir: fs.readdir, readFile: (file) => readFile(file, 'utf8') }

/** Read the files below a folder that a glob names, sorted by path. Links to folders are not followed. */
export async function* readSources(
  { folder, glob: pattern, ignore, unread = () => undefined }: SourceFiles,
  system: SourceSystem = REAL,
): AsyncGenerator<SourceFile> {
  // It is always asked for entries with their types.
  const readdir = (path: string, ...rest: unknown[]): void => {
    const done = rest.at(-1) as Listed
    system.readdir(path, { withFileTypes: true }, (error, entries) => {
      if (error !== null && !isGone(error)) unread(unreadFolder(resolve(folder, path), error))
      done(error, entries)
    })
  }
  const files = await glob(pattern, {
    cwd: folder,
    absolute: true,
    ignore: [...ignore],
    followSymbolicLinks: false,
    fs: { readdir },
    // One of somebody else, such as a data base's, is no reason to look at nothing.
    suppressErrors: true,
  })
  for (const file of files.sort()) {
    const text = await system.readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (!isGone(error)) unread(unreadFile(file, error))
    })
    if (text !== undefined) yield { file, text }
  }
}

/** Taken away after it was seen. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT' || code === 'ENOTDIR'
}

function unreadFile(file: string, cause: NodeJS.ErrnoException): OneTokenError {
  return new OneTokenError('PROJECT_WRITE', `The file cannot be read: ${cause.code ?? cause.message}.`, {
    hint: 'Make it readable: it may ask for pictures.',
    place: { file },
    cause,
  })
}

function unreadFolder(file: string, cause: NodeJS.ErrnoException): OneTokenError {
  return new OneTokenError(
    'PROJECT_WRITE',
    `The folder cannot be looked into: ${cause.code ?? cause.message}.`,
    {
      hint: 'Make it readable, as sources in it may ask for pictures. Where it holds no sources, such as the data of a server, move it out of the project, or give it a name that begins with a dot.',
      place: { file },
      cause,
    },
  )
}
