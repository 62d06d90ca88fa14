import { expect, it } from 'vitest'
import { htmlReferences } from './html-references.ts'
import { templateAsPage } from './vue-elements.ts'

const COMPONENT = `<script setup>
const a = '<template><img src="onetoken:script"></template>'
</script>

<template>
  <Textarea v-model="x" /><Title/>
  <template v-if="a"><img src="onetoken:one"></template>
  <Image src="onetoken:two" />
</template>
<docs><img src="onetoken:docs"></docs>
`

it('shows the template of a component alone, each character in its place', () => {
  const page = templateAsPage(COMPONENT)
  const found = htmlReferences(page).references.flatMap((reference) =>
    reference.kind === 'img' ? [[reference.specifier, reference.offset]] : [],
  )
  expect(found).toEqual([['virtual:onetoken/one', COMPONENT.indexOf('onetoken:one')]])
})

it.each(['', '<script>1</script>', '<template>', '</template><template>', 'export default {}'])(
  'shows nothing of a file without a template: %j',
  (code) => {
    expect(templateAsPage(code).trim()).toBe('')
  },
)
