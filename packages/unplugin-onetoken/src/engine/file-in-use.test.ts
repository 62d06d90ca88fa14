import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesIn, temporaryFolder } from '../store/testing.ts'
import { replaceFile, type ReplaceSystem } from '../variants/replace-file.ts'
import { replaceText } from './replace-text.ts'
import { writeWhole } from './write-whole.ts'

/** Windows, where somebody else has the file open for a while. Says how long was waited, in milliseconds. */
function inUse(times: number, code = 'EPERM'): ReplaceSystem & { waits: number[] } {
  const waits: number[] = []
  let left = times
  return {
    waits,
    async rename(from, to) {
      if (left-- > 0) throw Object.assign(new Error(code), { code })
      await rename(from, to)
    },
    wait: async (ms) => void waits.push(ms),
  }
}

const WAYS: Record<string, (file: string, text: string, system: ReplaceSystem) => Promise<unknown>> = {
  writeWhole,
  replaceText: async (file, text, system) => await replaceText(file, await readFile(file), text, system),
  async replaceFile(file, text, system) {
    const temporary = `${file}.new`
    await writeFile(temporary, text)
    await replaceFile(temporary, file, system)
  },
}

describe.each(Object.entries(WAYS))('a file that somebody reads, by %s', (name, write) => {
  it.each(['EPERM', 'EACCES', 'EBUSY'])('is replaced a moment later (%s)', async (code) => {
    const folder = await temporaryFolder()
    const file = join(folder, 'images.yaml')
    await writeFile(file, 'old')
    const system = inUse(2, code)
    await write(file, 'new', system)
    expect(await readFile(file, 'utf8')).toBe('new')
    expect(system.waits).toEqual([100, 200])
    expect(await filesIn(folder)).toEqual(['images.yaml'])
  })

  it('is left as it was when that lasts, or something else is wrong', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'images.yaml')
    await writeFile(file, 'old')
    const lasting = inUse(9)
    await expect(write(file, 'new', lasting)).rejects.toThrow('EPERM')
    expect(lasting.waits).toHaveLength(4)
    const broken = inUse(9, 'EIO')
    await expect(write(file, 'new', broken)).rejects.toThrow('EIO')
    expect(broken.waits).toEqual([])
    expect(await readFile(file, 'utf8')).toBe('old')
    if (name !== 'replaceFile') expect(await filesIn(folder)).toEqual(['images.yaml'])
  })
})
