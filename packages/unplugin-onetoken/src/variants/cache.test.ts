import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { OneTokenError } from '../errors.ts'
import { createVariantMaker, type MakeOptions, type VariantMaker } from './cache.ts'
import { encodePicture } from './encode.ts'
import { bundled, photo, spec, stored, temporaryFolder } from './test-pictures.ts'
import type { EncodeJob, OutputSpec, SourceImage, Variants } from './types.ts'

interface Bench {
  cacheDir: string
  source: SourceImage
  maker: VariantMaker
  /** Jobs that were encoded. */
  jobs: EncodeJob[]
  make: (output?: Partial<OutputSpec>, options?: MakeOptions) => Promise<Variants>
}

const versions = { sharp: '1', libvips: '2' }

async function bench(): Promise<Bench> {
  const folder = await temporaryFolder()
  const cacheDir = join(folder, 'cache')
  const source = await stored(folder, await photo(60, 40).png().toBuffer())
  const jobs: EncodeJob[] = []
  const encode = (job: EncodeJob) => {
    jobs.push(job)
    return encodePicture(job)
  }
  const maker = createVariantMaker({ cacheDir, encode, versions })
  const make = (output: Partial<OutputSpec> = {}, options: MakeOptions = { name: 'hero' }) =>
    maker.make(source, spec(output), options)
  return { cacheDir, source, maker, jobs, make }
}

const names = (variants: Variants): string[] => variants.files.map(({ file }) => basename(file))

describe('make', () => {
  it('makes variants with readable names, then finds them', async () => {
    const { cacheDir, make, jobs } = await bench()
    const made = await make({ widths: [20, 60], formats: ['webp', 'jpg'] })
    expect(made.cached).toBe(false)
    expect(names(made).map((name) => name.replace(/[0-9a-f]{12}/, '#'))).toEqual([
      'hero-20-#.webp',
      'hero-60-#.webp',
      'hero-20-#.jpg',
      'hero-60-#.jpg',
    ])
    for (const { file, bytes } of made.files) expect((await stat(file)).size).toBe(bytes)
    expect(made).toMatchObject({
      blurWidth: 16,
      blurHeight: 11,
      color: expect.stringMatching(/^#[0-9a-f]{6}$/) as string,
    })
    const found = await make({ widths: [20, 60], formats: ['webp', 'jpg'] })
    expect(found).toEqual({ ...made, cached: true })
    expect(jobs).toHaveLength(1)
    expect(await readdir(join(cacheDir, 'tmp'))).toEqual([])
    expect(await readdir(join(cacheDir, 'variants'))).toHaveLength(5)
  })

  it.each([
    ['products/mug', /^products-mug-60-[0-9a-f]{12}\.webp$/],
    ['../../etc/passwd', /^etc-passwd-60-/],
    ['Füchse & Hasen', /^Fuchse-Hasen-60-/],
    ['狐狸', /^[0-9a-f]{12}-60\.webp$/],
    ['x'.repeat(300), /^x{40}-60-/],
    [undefined, /^[0-9a-f]{12}-60\.webp$/],
  ])('names the files of %j safely', async (name, pattern) => {
    const { cacheDir, make } = await bench()
    const [file] = (await make({}, { name })).files
    expect(basename(file?.file ?? '')).toMatch(pattern)
    expect(file?.file).toBe(join(cacheDir, 'variants', basename(file?.file ?? '')))
  })

  it('gives a picture the same names, whoever asked for it before', async () => {
    const { make } = await bench()
    const first = names(await make({}, { name: 'one' }))
    const second = names(await make({}, { name: 'two' }))
    expect(second).toEqual(first.map((name) => name.replace('one', 'two')))
  })

  it('makes a recipe once at a time', async () => {
    const { make, jobs } = await bench()
    const [one, two] = await Promise.all([make(), make(), make({ widths: [30] })])
    expect(one).toBe(two)
    expect(jobs).toHaveLength(2)
  })

  it('makes again what has another recipe', async () => {
    const { maker, make, source, jobs } = await bench()
    await make()
    await make({ quality: { webp: 20 } })
    await make({}, { name: 'hero', provenance: { composite: false, model: 'm' } })
    await maker.make({ ...source, sha256: 'f'.repeat(64) }, spec()).catch(() => {})
    expect(jobs).toHaveLength(4)
  })
})

describe('a doubt', () => {
  const index = async (cacheDir: string) => {
    const all = await readdir(join(cacheDir, 'variants'))
    return join(cacheDir, 'variants', all.find((one) => one.endsWith('.json')) ?? '')
  }

  it.each<[string, (bench: Bench, file: string) => Promise<void>]>([
    ['a file is gone', (_, file) => rm(file)],
    ['a file has another size', (_, file) => writeFile(file, 'short')],
    [
      'a file has other bytes of the same size',
      async (_, file) => writeFile(file, Buffer.alloc((await stat(file)).size)),
    ],
    ['the index is gone', async ({ cacheDir }) => rm(await index(cacheDir))],
    [
      'the index is cut short',
      async ({ cacheDir }) => writeFile(await index(cacheDir), '{"version": 1, "fil'),
    ],
    ['the index is another thing', async ({ cacheDir }) => writeFile(await index(cacheDir), 'null')],
    [
      'the index has a preview that is none',
      async ({ cacheDir }) => {
        const path = await index(cacheDir)
        await writeFile(path, (await readFile(path, 'utf8')).replace('data:image/webp', 'javascript:'))
      },
    ],
    [
      'the index is of another version',
      async ({ cacheDir }) => {
        const path = await index(cacheDir)
        await writeFile(path, (await readFile(path, 'utf8')).replace('"version": 1', '"version": 0'))
      },
    ],
  ])('is resolved by making anew: %s', async (_, harm) => {
    const one = await bench()
    const made = await one.make()
    const before = await readFile(made.files[0]?.file ?? '')
    await harm(one, made.files[0]?.file ?? '')
    expect(await one.make()).toEqual(made)
    expect(one.jobs).toHaveLength(2)
    expect(await readFile(made.files[0]?.file ?? '')).toEqual(before)
    expect(await one.make()).toMatchObject({ cached: true })
  })

  it('is none about files with new times and the same bytes, as from a CI cache', async () => {
    const { cacheDir, make, jobs } = await bench()
    const made = await make()
    await utimes(made.files[0]?.file ?? '', 1000, 1000)
    expect(await make()).toEqual({ ...made, cached: true })
    expect(jobs).toHaveLength(1)
    expect(await readFile(await index(cacheDir), 'utf8')).toContain('"modified": 1000000')
  })
})

describe('trouble', () => {
  it('leaves nothing behind when encoding fails, and fails again rather than remember', async () => {
    const { cacheDir, make, source, jobs } = await bench()
    await writeFile(source.file, 'no picture')
    await expect(make()).rejects.toMatchObject({ code: 'ENCODE_FAILED' })
    await expect(make()).rejects.toMatchObject({ code: 'ENCODE_FAILED' })
    expect(jobs).toHaveLength(2)
    expect(await readdir(join(cacheDir, 'tmp'))).toEqual([])
    expect(await readdir(join(cacheDir, 'variants'))).toEqual([])
  })

  it('says where it cannot write', async () => {
    const { cacheDir, make } = await bench()
    await writeFile(cacheDir, 'a file in the way')
    const error = await make().catch((one: unknown) => one)
    expect(error).toBeInstanceOf(OneTokenError)
    expect(error).toMatchObject({
      code: 'ENCODE_FAILED',
      message: expect.stringContaining(join(cacheDir, 'variants')) as string,
    })
  })

  it('sweeps up after processes that died, but not after those that may live', async () => {
    const { cacheDir, make } = await bench()
    const [old, young] = ['variants-old', 'variants-young'].map((name) => join(cacheDir, 'tmp', name)) as [
      string,
      string,
    ]
    await mkdir(old, { recursive: true })
    await mkdir(young)
    await utimes(old, 1000, 1000)
    await make()
    expect(await readdir(join(cacheDir, 'tmp'))).toEqual(['variants-young'])
  })

  it('survives several makers of the same recipe at once', async () => {
    const { cacheDir, source, jobs, maker } = await bench()
    const makers = Array.from({ length: 4 }, () =>
      createVariantMaker({ cacheDir, encode: encodePicture, versions }),
    )
    const output = spec({ widths: [20, 40], formats: ['webp', 'png'] })
    const all = await Promise.all(makers.map((one) => one.make(source, output)))
    for (const one of all) expect(one).toEqual({ ...all[0], cached: one.cached })
    expect(await maker.make(source, output)).toMatchObject({ cached: true })
    expect(jobs).toEqual([])
    expect(await readdir(join(cacheDir, 'tmp'))).toEqual([])
  })
})

describe('sharp', () => {
  it('is not loaded by the room, nor by variants that are there', async () => {
    const { cacheDir, source, make } = await bench()
    await make()
    const folder = await temporaryFolder()
    const trap = join(folder, 'trap')
    await mkdir(trap)
    await writeFile(join(trap, 'package.json'), '{"name":"sharp","version":"1","main":"index.js"}')
    await writeFile(join(trap, 'index.js'), 'throw new Error("sharp was loaded")')
    const room = await bundled(folder, 'index', trap)
    const code = `
      import { createVariantMaker, createInlineEncoder, encoderVersions, headerSize, inputPlan } from ${JSON.stringify(pathToFileURL(room).href)}
      const encoder = createInlineEncoder()
      const maker = createVariantMaker({ cacheDir: ${JSON.stringify(cacheDir)}, encode: encoder.encode, versions: ${JSON.stringify(versions)} })
      const { cached } = await maker.make(${JSON.stringify(source)}, ${JSON.stringify(spec())}, { name: 'hero' })
      encoderVersions()
      const failure = await maker.make(${JSON.stringify(source)}, ${JSON.stringify(spec({ widths: [7] }))}).catch((error) => error)
      console.log(JSON.stringify({ cached, code: failure.code, message: failure.message, hint: failure.hint }))`
    const out = execFileSync(process.execPath, ['--input-type=module', '--eval', code]).toString()
    expect(JSON.parse(out)).toEqual({
      cached: true,
      code: 'ENCODE_FAILED',
      message: 'sharp, which encodes the pictures, cannot be loaded: sharp was loaded.',
      hint: expect.stringContaining('npm install --include=optional sharp') as string,
    })
  })
})
