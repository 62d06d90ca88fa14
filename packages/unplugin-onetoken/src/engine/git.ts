import { execFile } from 'node:child_process'

/** What git answered. */
export interface GitAnswer {
  status: number
  output: string
  errors: string
}

const PATIENCE = 10_000
/** Paths of a store with a hundred thousand renders. */
const LONGEST_ANSWER = 64 * 1024 * 1024

/** Ask git in a folder; undefined when there is no git, or no answer. Nothing is asked that changes anything. */
export async function askGit(folder: string, ...args: string[]): Promise<GitAnswer | undefined> {
  const answer = new Promise<GitAnswer | undefined>((resolve) => {
    const options = { cwd: folder, timeout: PATIENCE, maxBuffer: LONGEST_ANSWER, windowsHide: true }
    execFile('git', args, options, (error, output, errors) => {
      const code = error === null ? 0 : error.code
      resolve(typeof code === 'number' ? { status: code, output, errors } : undefined)
    })
  })
  // Where the folder is a file, it fails before it begins.
  return await answer.catch(() => undefined)
}

/** The files below a folder that are in the last commit, relative to it with `/`; none where there is no git. */
export async function committedFiles(folder: string): Promise<ReadonlySet<string>> {
  const answer = await askGit(folder, 'ls-tree', '-r', '-z', '--name-only', 'HEAD')
  return new Set(answer?.status === 0 ? answer.output.split('\0') : [])
}
