import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { createInlineEncoder } from './inline.ts'
import { createEncoderPool, type EncoderPool, type PoolOptions } from './pool.ts'
import { planRecipe } from './recipe.ts'
import { bundled, halves, hole, photo, spec, stored, temporaryFolder } from './test-pictures.ts'
import type { EncodeJob, OutputSpec } from './types.ts'
import { workerEnvironment } from './worker-process.ts'

let home: string
let worker: string

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'onetoken-worker-'))
  worker = await bundled(home, 'worker')
}, 120_000)
afterAll(() => rm(home, { recursive: true, force: true }))

function pool(options: Partial<PoolOptions> = {}): EncoderPool {
  const made = createEncoderPool({ worker, size: 2, ...options })
  onTestFinished(() => made.close())
  return made
}

/** A worker of a few lines, in the place of the real one. */
async function fake(code: string): Promise<string> {
  const file = join(await temporaryFolder(), 'fake.mjs')
  await writeFile(file, code)
  return file
}

async function jobFor(bytes: Uint8Array, output: Partial<OutputSpec> = {}): Promise<EncodeJob> {
  const folder = await temporaryFolder()
  const source = await stored(folder, bytes)
  const recipe = planRecipe(source, spec(output), { versions: { sharp: '', libvips: '' } })
  return { source, ...recipe, folder, preview: true }
}

const alive = (pid: number | undefined): boolean => {
  try {
    return process.kill(pid ?? 0, 0)
  } catch {
    return false
  }
}

describe('a pool', () => {
  it('encodes, inspects and converts', async () => {
    const encoders = pool()
    expect(encoders.processes).toEqual([])
    const job = await jobFor(await photo(90, 60).png().toBuffer(), { widths: [30], formats: ['avif', 'png'] })
    const { files, preview } = await encoders.encode(job)
    expect(files.map(({ format, width, height }) => ({ format, width, height }))).toEqual([
      { format: 'avif', width: 30, height: 20 },
      { format: 'png', width: 30, height: 20 },
    ])
    expect((await readFile(files[0]?.file ?? '')).length).toBe(files[0]?.bytes)
    expect(preview?.blurDataURL).toMatch(/^data:image\/webp;base64,/)
    expect(await encoders.inspect(job.source.file)).toMatchObject({ format: 'png', width: 90, height: 60 })
    const jpeg = await photo(90, 60).jpeg().toBuffer()
    expect(await encoders.inspect(jpeg)).toMatchObject({ format: 'jpeg' })
    const { bytes, note } = await encoders.convertInput(jpeg, { name: 'a.jpg' })
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 90, height: 60 })
    expect(note).toBe('JPEG, converted to PNG')
    const mask = await halves(45, 30).png().toBuffer()
    const image = { width: 90, height: 60, before: { width: 90, height: 60, orientation: 1 } }
    expect(await encoders.convertMask(mask, { image })).toMatchObject({ width: 90, height: 60 })
    const right = await encoders.convertMask(await hole(90, 60).png().toBuffer(), { image })
    expect(right.note).toBeUndefined()
  })

  it('gives the same bytes in parts as in one piece', async () => {
    const bytes = await photo(1300, 900).png().toBuffer()
    const output: Partial<OutputSpec> = { widths: [400, 1300], formats: ['avif', 'webp', 'jpg'] }
    const whole = await pool({ size: 1 }).encode(await jobFor(bytes, output))
    const encoders = pool({ size: 3 })
    const parts = await encoders.encode(await jobFor(bytes, output))
    expect(encoders.processes.length).toBeGreaterThan(1)
    expect(parts.files.map((file) => file.sha256)).toEqual(whole.files.map((file) => file.sha256))
    expect(parts.preview).toEqual(whole.preview)
  })

  it('has no more processes than it may, and uses them again', async () => {
    const encoders = pool()
    const bytes = await photo(30, 20).png().toBuffer()
    await Promise.all(Array.from({ length: 7 }, () => encoders.inspect(bytes)))
    const processes = encoders.processes
    expect(processes).toHaveLength(2)
    await encoders.inspect(bytes)
    expect(encoders.processes).toEqual(processes)
  })

  it('passes errors on as they are', async () => {
    const encoders = pool()
    await expect(encoders.inspect(Buffer.from('<html>'))).rejects.toMatchObject({
      name: 'OneTokenError',
      code: 'IMAGE_INVALID',
      message: 'The bytes are not an image, but an HTML page.',
    })
    await expect(
      encoders.convertInput(Buffer.from('version https://git-lfs.github.com/spec/v1')),
    ).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      hint: 'git lfs pull',
    })
    await expect(encoders.inspect('/no/such/file')).rejects.toMatchObject({ code: 'ENCODE_FAILED' })
    const broken = await jobFor(await photo(90, 60).png().toBuffer())
    await writeFile(broken.source.file, 'gone')
    await expect(encoders.encode(broken)).rejects.toMatchObject({ code: 'ENCODE_FAILED' })
    expect(encoders.processes).toHaveLength(1)
  })

  it('has one libvips thread in each process', async () => {
    const file = join(home, 'threads.mjs')
    await writeFile(
      file,
      `import sharp from 'sharp'
      process.on('message', ({ id }) => process.send({ id, ok: true, result: sharp.concurrency() }))`,
    )
    expect(await pool({ worker: pathToFileURL(file) }).inspect('')).toBe(1)
  })
})

describe('the processes', () => {
  const echo = `process.on('message', ({ id }) => process.send({ id, ok: true, result: { env: process.env, execArgv: process.execArgv } }))`

  it('know nothing of the key', async () => {
    vi.stubEnv('ONETOKEN_API_KEY', 'sk-secret')
    vi.stubEnv('NODE_OPTIONS', '--max-old-space-size=99')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'also-secret')
    onTestFinished(() => void vi.unstubAllEnvs())
    const { env, execArgv } = (await pool({ worker: await fake(echo) }).inspect('')) as unknown as {
      env: Record<string, string>
      execArgv: string[]
    }
    expect(env).toMatchObject({ VIPS_CONCURRENCY: '1', PATH: process.env['PATH'] })
    expect(JSON.stringify(env)).not.toMatch(/secret|99/)
    expect(Object.keys(env).filter((name) => /ONETOKEN|NODE_OPTIONS|AWS|VITEST/.test(name))).toEqual([])
    expect(execArgv).toEqual([])
  })

  it('get what libraries need to be found', () => {
    expect(
      workerEnvironment({ LD_LIBRARY_PATH: '/x', SystemRoot: 'C:\\Windows', ONETOKEN_API_KEY: 'sk' }),
    ).toEqual({
      VIPS_CONCURRENCY: '1',
      LD_LIBRARY_PATH: '/x',
      SystemRoot: 'C:\\Windows',
    })
  })

  it('do not keep this one alive when they have nothing to do', async () => {
    const module = await bundled(await temporaryFolder(), 'pool')
    const picture = join(await temporaryFolder(), 'a.png')
    await photo(30, 20).png().toFile(picture)
    const code = `
      import { createEncoderPool } from ${JSON.stringify(pathToFileURL(module).href)}
      const pool = createEncoderPool({ worker: ${JSON.stringify(worker)} })
      const { width } = await pool.inspect(${JSON.stringify(picture)})
      console.log(JSON.stringify({ width, processes: pool.processes }))`
    const out = execFileSync(process.execPath, ['--input-type=module', '--eval', code], { timeout: 50_000 })
    const { width, processes } = JSON.parse(out.toString()) as { width: number; processes: number[] }
    expect(width).toBe(30)
    await vi.waitFor(() => expect(alive(processes[0])).toBe(false), 30_000)
  })

  it('end when they have had nothing to do for a while', async () => {
    const encoders = pool({ idleTime: 1 })
    const bytes = await photo(30, 20).png().toBuffer()
    await encoders.inspect(bytes)
    await vi.waitFor(() => expect(encoders.processes).toEqual([]), 30_000)
    expect(await encoders.inspect(bytes)).toMatchObject({ width: 30 })
  })

  it('end with the pool, and what waits is told', async () => {
    const encoders = pool({ size: 1, worker: await fake(`process.on('message', () => {})`) })
    const waiting = [encoders.inspect('1'), encoders.inspect('2')]
    const [pid] = encoders.processes
    expect(alive(pid)).toBe(true)
    const ends = Promise.allSettled(waiting)
    await encoders.close()
    for (const end of await ends) {
      expect(end).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED' } })
    }
    expect(alive(pid)).toBe(false)
    await expect(encoders.inspect('3')).rejects.toMatchObject({ code: 'ABORTED' })
    await encoders.close()
  })
})

describe('a process that dies', () => {
  /** Kills itself at a picture called `bad`, and notes each start. */
  const fragile = (log: string, until: number) => `
    import { appendFileSync, readFileSync } from 'node:fs'
    process.on('message', ({ id, task }) => {
      if (task.image === 'bad') {
        appendFileSync(${JSON.stringify(log)}, 'x')
        if (readFileSync(${JSON.stringify(log)}).length <= ${until}) process.kill(process.pid, 'SIGKILL')
      }
      process.send?.({ id, ok: true, result: task.image })
    })`

  it('gets a second try in a new one', async () => {
    const log = join(await temporaryFolder(), 'log')
    const encoders = pool({ worker: await fake(fragile(log, 1)) })
    expect(await encoders.inspect('bad')).toBe('bad')
    expect(await readFile(log, 'utf8')).toBe('xx')
  })

  it('fails only its own task, after the second', async () => {
    const log = join(await temporaryFolder(), 'log')
    const encoders = pool({ worker: await fake(fragile(log, 99)) })
    const ends = await Promise.allSettled(['1', 'bad', '2', '3'].map((image) => encoders.inspect(image)))
    expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
    expect(ends[1]).toMatchObject({
      reason: {
        code: 'ENCODE_FAILED',
        message: 'The encoder process died twice while looking at an image: it was ended by SIGKILL.',
        hint: expect.stringContaining('memory') as string,
      },
    })
    expect(await readFile(log, 'utf8')).toBe('xx')
  })

  it('is replaced when it is killed from outside, busy or idle', async () => {
    const encoders = pool({ size: 1 })
    const job = await jobFor(await photo(1500, 1000).png().toBuffer(), { formats: ['avif'] })
    const encoding = encoders.encode(job)
    process.kill(encoders.processes[0] ?? 0, 'SIGKILL')
    expect((await encoding).files).toHaveLength(1)
    process.kill(encoders.processes[0] ?? 0, 'SIGKILL')
    expect(await encoders.inspect(job.source.file)).toMatchObject({ width: 1500 })
  })

  it('says why', async () => {
    const encoders = pool({ worker: await fake(`throw new Error('no disk, no memory, no hope')`) })
    await expect(encoders.inspect('')).rejects.toMatchObject({
      message: expect.stringContaining('it exited with 1: Error: no disk, no memory, no hope') as string,
    })
    await expect(pool({ worker: '/no/such/worker.mjs' }).inspect('')).rejects.toMatchObject({
      code: 'ENCODE_FAILED',
      message: expect.stringContaining('Cannot find module') as string,
    })
  })
})

describe('the encoder in this process', () => {
  it('does the same work', async () => {
    const encoder = createInlineEncoder()
    const bytes = await photo(90, 60).png().toBuffer()
    const output: Partial<OutputSpec> = { widths: [30], formats: ['webp', 'png'] }
    const [here, there] = await Promise.all([
      encoder.encode(await jobFor(bytes, output)),
      pool().encode(await jobFor(bytes, output)),
    ])
    expect(here.files.map((file) => file.sha256)).toEqual(there.files.map((file) => file.sha256))
    expect(await encoder.inspect(bytes)).toMatchObject({ width: 90 })
    expect((await encoder.convertInput(bytes)).width).toBe(90)
    await encoder.close()
  })
})
