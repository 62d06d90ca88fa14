import { expect, it } from 'vitest'
import { loadProject } from '../project/project.ts'
import { folder } from '../project/testing.ts'
import { openProjectStore } from './project-store.ts'

/** What is said of a remote store that cannot be reached. */
async function warned(write: boolean): Promise<string> {
  const remote = { url: 'http://127.0.0.1:9/renders', write }
  const root = await folder({ 'onetoken.config.json': JSON.stringify({ remote }) })
  const project = await loadProject({ root, mode: 'production', env: {} })
  const said: string[] = []
  const log = { info: () => undefined, warn: (text: string) => void said.push(text) }
  const { store, close } = await openProjectStore(project, { log, purpose: 'command' })
  await store.find('0'.repeat(64), 'hero')
  await close()
  return said.join('\n')
}

it('sends nobody to put renders where they are only read', async () => {
  expect(await warned(true)).toContain(
    'it goes there with a later run, or with: npx --no-install onetoken sync',
  )
  const text = await warned(false)
  expect(text).toContain(
    'What is rendered meanwhile stays here, as this machine only reads the remote store.',
  )
  expect(text).not.toContain('sync')
})
