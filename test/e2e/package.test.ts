import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('../../packages/unplugin-onetoken', import.meta.url))
const work = fileURLToPath(new URL('../.work', import.meta.url))

it('has nothing that publint would change', async () => {
  const { messages, pkg } = await publint({ pkgDir: folder, strict: true, pack: 'npm' })
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([])
})

it('has a README that links to nothing that is not in it', async () => {
  const text = await readFile(`${folder}/README.md`, 'utf8')
  const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link)
  const files = links.filter((link) => !link.startsWith('https:'))
  expect(files).toEqual(expect.arrayContaining(['docs/api.md', 'docs/keeping-renders.md', 'LICENSE']))
  for (const file of files) {
    expect(file).toMatch(/^(?:docs\/|LICENSE$)/)
    await access(`${folder}/${file}`)
  }
})

it('has types that are right for everyone who can import it', async () => {
  const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz')) ?? ''
  const result = await checkPackage(
    createPackageFromTarballData(new Uint8Array(await readFile(`${work}/${tarball}`))),
  )
  if (result.types === false) throw new Error('no types')
  // ESM only: CommonJS gets it by require(esm), which Node has from 20.19 on.
  const problems = result.problems.filter(
    ({ kind }) => kind !== 'CJSResolvesToESM' && kind !== 'NoResolution',
  )
  expect(problems).toEqual([])
})

it('has types in which every name is known, also to those who check libraries', async () => {
  const dist = join(folder, 'dist')
  const files = (await readdir(dist))
    .filter((name) => name.endsWith('.d.mts'))
    .map((name) => join(dist, name))
  expect(files.length).toBeGreaterThan(10)
  const program = ts.createProgram(files, {
    strict: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    noEmit: true,
  })
  const problems = files.flatMap((file) => {
    const source = program.getSourceFile(file)
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
  })
  expect(ts.formatDiagnostics(problems, ts.createCompilerHost({}))).toBe('')
})
