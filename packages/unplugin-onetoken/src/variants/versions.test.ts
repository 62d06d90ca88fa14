import { execFileSync } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { bundled, temporaryFolder } from './test-pictures.ts'
import { encoderVersions, type EncoderVersions } from './versions.ts'

const target = `${process.platform}-${process.arch}`

/** A package in a folder of modules, with its entry in `dist/`. */
async function install(
  modules: string,
  name: string,
  version: string,
  files: Record<string, string> = {},
): Promise<string> {
  const folder = join(modules, name)
  const exports = { '.': './dist/index.cjs', './versions': './versions.json' }
  await mkdir(join(folder, 'dist'), { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name, version, exports }))
  await writeFile(join(folder, 'dist/index.cjs'), 'throw new Error("loaded")')
  for (const [file, text] of Object.entries(files)) {
    await mkdir(join(folder, file, '..'), { recursive: true })
    await writeFile(join(folder, file), text)
  }
  return folder
}

/** As a project finds them: the runner of these tests shows every package to `require` through NODE_PATH. */
async function versionsIn(root: string): Promise<EncoderVersions> {
  const module = await bundled(await temporaryFolder(), 'versions', root)
  const code = `import { encoderVersions } from ${JSON.stringify(pathToFileURL(module).href)}
    console.log(JSON.stringify(encoderVersions(${JSON.stringify(join(root, 'x.js'))})))`
  const words = ['--input-type=module', '--eval', code]
  const answer = execFileSync(process.execPath, words, { env: { ...process.env, NODE_PATH: '' } })
  return JSON.parse(answer.toString()) as EncoderVersions
}

const vips = (version: string) => ({ 'versions.json': JSON.stringify({ vips: version }) })

describe('encoderVersions', () => {
  it('are those that sharp has when it is loaded', () => {
    expect(encoderVersions()).toEqual({ sharp: sharp.versions.sharp, libvips: sharp.versions.vips })
  })

  it('are found in a flat layout', async () => {
    const root = await temporaryFolder()
    await install(join(root, 'node_modules'), 'sharp', '1.2.3', {
      'dist/package.json': '{"type":"commonjs"}',
    })
    await install(join(root, 'node_modules'), `@img/sharp-libvips-${target}`, '9.9.9', vips('8.0.1'))
    expect(await versionsIn(root)).toEqual({ sharp: '1.2.3', libvips: '8.0.1' })
  })

  it('are found where only sharp sees its binaries', async () => {
    const root = await temporaryFolder()
    const own = join(root, 'node_modules/.pnpm/sharp@1.2.3/node_modules')
    await install(own, 'sharp', '1.2.3')
    await install(own, `@img/sharp-libvips-${target}`, '9.9.9', vips('8.0.2'))
    await symlink(join(own, 'sharp'), join(root, 'node_modules/sharp'), 'junction')
    expect(await versionsIn(root)).toEqual({ sharp: '1.2.3', libvips: '8.0.2' })
  })

  it('are found where libvips is inside sharp’s binary', async () => {
    const root = await temporaryFolder()
    await install(join(root, 'node_modules'), 'sharp', '1.2.3')
    await install(join(root, 'node_modules'), '@img/sharp-wasm32', '1.2.3', vips('8.0.3'))
    expect((await versionsIn(root)).libvips).toBe('8.0.3')
  })

  it('say so when libvips is that of the system, or cannot be found', async () => {
    const root = await temporaryFolder()
    const folder = await install(join(root, 'node_modules'), 'sharp', '1.2.3')
    expect(await versionsIn(root)).toEqual({ sharp: '1.2.3', libvips: 'unknown' })
    await mkdir(join(folder, 'src/build/Release'), { recursive: true })
    await cp(join(folder, 'package.json'), join(folder, 'src/build/Release/sharp-linux-x64-1.2.3.node'))
    expect(await versionsIn(root)).toEqual({ sharp: '1.2.3', libvips: 'built' })
  })

  it('say so when there is no sharp', async () => {
    expect(await versionsIn(await temporaryFolder())).toEqual({
      sharp: 'absent',
      libvips: 'unknown',
    })
  })
})
