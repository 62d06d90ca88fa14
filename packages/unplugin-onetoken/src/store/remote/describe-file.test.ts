import { expect, test } from 'vitest'
import { ageBetween, contentType } from './describe-file.ts'

test.each([
  ['renders/ab.json', 'application/json'],
  ['images/ab.png', 'image/png'],
  ['images/ab.jpg', 'image/jpeg'],
  ['images/ab.webp', 'image/webp'],
  ['images/ab.avif', 'image/avif'],
  ['images/ab.gif', 'image/gif'],
  ['images/ab', 'application/octet-stream'],
])('%s is %s', (name, type) => {
  expect(contentType(name)).toBe(type)
})

test.each([
  ['Mon, 05 Jan 2026 10:00:00 GMT', 'Mon, 05 Jan 2026 10:01:30 GMT', 90_000],
  ['Mon, 05 Jan 2026 10:00:00 GMT', 'Mon, 05 Jan 2026 10:00:00 GMT', 0],
  // Several machines behind one name have clocks that differ.
  ['Mon, 05 Jan 2026 10:00:01 GMT', 'Mon, 05 Jan 2026 10:00:00 GMT', 0],
  [undefined, 'Mon, 05 Jan 2026 10:00:00 GMT', undefined],
  ['Mon, 05 Jan 2026 10:00:00 GMT', null, undefined],
  ['yesterday', 'today', undefined],
])('from %s to %s it is %s ms', (lastModified, date, age) => {
  expect(ageBetween(lastModified, date)).toBe(age)
})
