import { expect, it } from 'vitest'
import onetoken from './index.ts'

it('says where the plugins are', () => {
  expect(() => onetoken()).toThrow('The plugin is not in "unplugin-onetoken" itself.')
})
