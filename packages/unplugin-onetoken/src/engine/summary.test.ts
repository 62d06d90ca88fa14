import { expect, it } from 'vitest'
import { createTally, summaryText } from './summary.ts'

it('counts a picture once, whoever of those that share its request is told first', () => {
  const tally = createTally()
  tally.reused('fox')
  tally.rendered('fox', 0.04)
  tally.reused('fox')
  tally.reused('owl')
  expect(summaryText(tally.summary())).toBe('1 render made ($0.040), 1 reused, 0 files')
})
