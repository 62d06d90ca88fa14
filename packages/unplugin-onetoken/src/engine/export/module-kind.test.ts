import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder } from '../../project/testing.ts'
import { commonjsText } from './module-kind.ts'

it('warns of a module that Node would take for CommonJS', async () => {
  const root = await folder({
    'package.json': '{ "type": "commonjs" }',
    'app/package.json': '{ "type": "module" }',
    'old/package.json': '{}',
  })
  const of = (file: string): Promise<string | undefined> => commonjsText(join(root, file), root)
  expect(await of('src/new/pictures.js')).toMatchInlineSnapshot(
    `""src/new/pictures.js" is an ES module, and its package.json says "type": "commonjs", so that Node takes it for what it is not. Give it a name that ends with .mjs."`,
  )
  for (const file of ['src/pictures.mjs', 'src/pictures.ts', 'pictures.json', 'app/src/a.js', 'old/a.js']) {
    expect(await of(file), file).toBeUndefined()
  }
})
