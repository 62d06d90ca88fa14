import { expect, it } from 'vitest'
import { loadProject } from '../project/project.ts'
import { folder } from '../project/testing.ts'
import { toldBy } from '../spec/testing.ts'
import { importTarget } from './import-target.ts'

const TEAM = 'version: 1\nimages:\n  team/ada: { prompt: a }\n  team/bob: { prompt: b }\n'

const said = async (files: Record<string, string>, name: string, prompt?: string): Promise<string> => {
  const project = await loadProject({ root: await folder(files), mode: 'production', env: {} })
  return await toldBy(importTarget(project, name, { prompt }))
}

it('is no group, whose name would be taken', async () => {
  for (const [name, prompt] of [['team'], ['team', 'an owl'], ['team/', 'an owl']] as const) {
    expect(await said({ 'images.yaml': TEAM }, name, prompt)).toContain(
      'is no entry: it is a group of 2 entries.',
    )
  }
  expect(await said({ 'images.yaml': TEAM }, 'team')).not.toContain('To add it')
})

it('has a name that an entry can have, before anything else is asked', async () => {
  const files = {
    'onetoken.config.json':
      '{ "manifest": ["images.yaml", { "file": "shop.yaml", "prefix": "shop" }, "more.yaml"] }',
    'images.yaml': TEAM,
    'more.yaml': 'version: 1\n',
    'shop.yaml': 'version: 1\n',
  }
  for (const prompt of [undefined, 'an owl']) {
    expect(await said(files, 'nova/x.y', prompt)).toContain('"nova/x.y" cannot be the name of an entry.')
  }
  expect(await said(files, 'nova/x', 'an owl')).toContain('There are several manifests')
})
