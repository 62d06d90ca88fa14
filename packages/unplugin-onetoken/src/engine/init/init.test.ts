import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadProject } from '../../project/project.ts'
import { inlineSpec } from '../../project/specs.ts'
import { folder } from '../../project/testing.ts'
import { parseManifest } from '../../spec/manifest.ts'
import { toldBy } from '../../spec/testing.ts'
import { planInit, remoteMistake, writePlan } from './index.ts'
import { optionsOf, plan, project, textOf, told, type Files } from './testing.ts'

describe('a project', () => {
  it('gets what it lacks, and nothing the second time', async () => {
    const root = await project({ 'src/main.js': '', '.gitignore': 'node_modules' })
    const first = await planInit(optionsOf(root))
    expect(told(first)).toMatchInlineSnapshot(`
      "create src/images.yaml
      create onetoken.config.mjs
      create vite.config.js
      change .gitignore"
    `)
    await writePlan(first)
    expect(await readFile(join(root, '.gitignore'), 'utf8')).toBe('node_modules\n.env.local\n')
    const manifest = await readFile(join(root, 'src/images.yaml'), 'utf8')
    expect(parseManifest(manifest, 'images.yaml').entries).toEqual([])
    // What is shown as an example is one.
    const shown = manifest.replaceAll(/^ {2}# ((?:hero| ).*)$/gm, '  $1')
    expect(parseManifest(shown, 'images.yaml').entries.map(({ name }) => name)).toEqual(['hero'])
    const second = await planInit(optionsOf(root))
    expect(second.files.map(({ action }) => action)).toEqual(second.files.map(() => 'keep'))
    expect(second.todo).toEqual([])
  })

  it('keeps what it has, under whatever name', async () => {
    const files = {
      'images.yml': 'version: 1\n',
      'onetoken.config.json': '{ "budget": { "cost": 1 } }',
      'vite.config.ts': "import onetoken from 'unplugin-onetoken/vite'\n",
      '.gitignore': '*.local\n',
    }
    expect(told(await plan(files))).toMatchInlineSnapshot(`
      "keep images.yml
      keep onetoken.config.json
      keep vite.config.ts
      keep .gitignore"
    `)
  })

  it('has its settings in one place', async () => {
    const manifest = 'version: 1\nbudget: { cost: 1 }\n'
    const more = { keeping: 'remote', remote: 's3://bucket/site' } as const
    expect(told(await plan({ 'images.yaml': manifest }, more))).toMatchInlineSnapshot(`
      "keep images.yaml
      keep images.yaml
      create vite.config.js
      create .gitignore
      Add the remote store to images.yaml: remote: { url: 's3://bucket/site', write: true }
      Install what talks to S3: npm install --save-dev @aws-sdk/client-s3
      Commit the records of the renders. Once the pictures are in the remote store, git may ignore onetoken/images."
    `)
    const settings = {
      'onetoken.config.json': '{ "remote": "https://cdn.example.com/a", "manifest": "pics/*.yaml" }',
    }
    expect(told(await plan(settings, { keeping: 'remote', remote: 'https://cdn.example.com/b' })))
      .toMatchInlineSnapshot(`
        "keep onetoken.config.json
        create vite.config.js
        create .gitignore
        Write a manifest where the settings look for it: "pics/*.yaml".
        Change the remote store in onetoken.config.json to: "remote": { "url": "https://cdn.example.com/b", "write": false }
        Commit the records of the renders. Once the pictures are in the remote store, git may ignore onetoken/images."
      `)
    expect(
      textOf(
        await plan({}, { keeping: 'remote', remote: 'https://cdn.example.com/b' }),
        'onetoken.config.mjs',
      ),
    ).toContain("remote: { url: 'https://cdn.example.com/b', write: false },")
    expect(textOf(await plan({}, more), 'onetoken.config.mjs')).toContain(
      "remote: { url: 's3://bucket/site', write: true },",
    )
  })

  it('that is not there, or has mistakes, is told', async () => {
    const empty = await folder({})
    const said = async (files: Files): Promise<string> => {
      const root = await project(files)
      return (await toldBy(planInit(optionsOf(root)))).replaceAll(root, '<root>')
    }
    expect(
      [
        (await toldBy(planInit(optionsOf(empty)))).replaceAll(empty, '<root>'),
        await said({ 'package.json': '{' }),
        await said({ 'images.yaml': 'version: 1\nimages:\n  hero: { promt: a fox }\n' }),
        await said({ 'onetoken.config.json': '{ "modle": "x" }' }),
        await said({ '.gitignore/x': '' }),
      ].join('\n\n'),
    ).toMatchInlineSnapshot(`
      "USAGE
      There is no package.json, so this is no project: "<root>".
      > Go to the folder of your project, or name it with --cwd. A new one begins with: npm init

      USAGE
      The package.json cannot be read as JSON: "<root>".
      > Put it right first.

      UNKNOWN_PARAMETER <root>/images.yaml:3:11
      There is no parameter "promt"; did you mean "prompt"?

      SETTINGS_INVALID <root>/onetoken.config.json:1:3
      There is no setting "modle"; did you mean "model"?

      PROJECT_WRITE <root>/.gitignore
      ".gitignore" cannot be read: it is a folder.
      > Put it right, or take it away, then run the command again. Nothing was written."
    `)
  })
})

it('keeps the words of renders that are there: other defaults would be other renders', async () => {
  const DEFAULTS = "  defaults: { size: '1536x1024',"
  expect(textOf(await plan({}), 'onetoken.config.mjs')).toContain(DEFAULTS)
  for (const files of [{ 'images.yaml': 'version: 1\n' }, { 'onetoken/renders/x.json': '{}' }]) {
    const text = textOf(await plan(files), 'onetoken.config.mjs')
    expect(text).toContain("  model: 'gpt-image-2',")
    expect(text).not.toContain('defaults')
  }
})

it('leaves settings where they are that imports have from a manifest: beside a file, imports would be other renders', async () => {
  const inline = async (root: string): Promise<unknown> => {
    const loaded = await loadProject({ root, mode: 'production', env: {} })
    return inlineSpec(loaded, { prompt: 'a cup', style: 'ink' }, root).render.request
  }
  const root = await project({
    'images.yaml': "version: 1\ndefaults: { quality: low }\nstyles: { ink: 'ink drawing of {prompt}' }\n",
  })
  const before = await inline(root)
  const first = await planInit(optionsOf(root))
  await writePlan(first)
  expect(await inline(root)).toEqual(before)
  expect(told(first)).toMatchInlineSnapshot(`
    "keep images.yaml
    keep images.yaml
    create vite.config.js
    create .gitignore"
  `)
})

it('says what is wrong with an address', () => {
  expect(remoteMistake('s3://bucket/site')).toBeUndefined()
  expect(['ftp://x', 'https://me:secret@x.example', ''].map(remoteMistake)).toMatchInlineSnapshot(`
    [
      ""remote" cannot be "ftp://x": it must begin with https:// or s3://. It is an address such as https://cdn.example.com/onetoken or s3://bucket/prefix.",
      ""remote" holds a user name or a password, which would stand in the repository. Take it out, and set ONETOKEN_REMOTE_AUTHORIZATION, in the environment or in .env.local, to the value of the header: Basic … or Bearer ….",
      ""remote" cannot be "": it must be an address such as https://cdn.example.com/onetoken or s3://bucket/prefix.",
    ]
  `)
})
