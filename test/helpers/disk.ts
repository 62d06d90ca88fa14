import { execFile } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { MockServer } from 'unplugin-onetoken/mock'
import { onTestFinished } from 'vitest'

const run = promisify(execFile)

/** A small disk of one test. */
export interface Disk {
  /** Leave so many pages free: what is written takes one for each 4096 bytes that it begins. */
  leave(pages: number): Promise<void>
  /** Do so as soon as the API is asked, before it answers: `mock` has to take its time. */
  leaveWhenAsked(mock: Pick<MockServer, 'requests'>, pages: number): Promise<void>
  /** Change its options, such as `ro` or `size=16m`. */
  remount(options: string): Promise<void>
  /** Take away what {@link leave} put there. */
  empty(): Promise<void>
}

/** Mount a small disk at a folder, which is made. `options` are those of tmpfs, such as `size=64k`. */
export async function mountDisk(folder: string, options: string): Promise<Disk> {
  await mkdir(folder, { recursive: true })
  await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder])
  onTestFinished(() => run('umount', ['--lazy', folder]).then(() => {}))
  const filler = join(folder, '.filler')
  const leave: Disk['leave'] = async (pages) => {
    await rm(filler, { force: true })
    const { bavail, bsize } = await statfs(folder)
    await writeFile(filler, Buffer.alloc((bavail - pages) * bsize))
  }
  return {
    leave,
    async leaveWhenAsked(mock, pages) {
      while (mock.requests.length === 0) await sleep(5)
      await leave(pages)
    },
    empty: () => rm(filler, { force: true }),
    remount: async (changed) => void (await run('mount', ['-o', `remount,${changed}`, folder])),
  }
}
