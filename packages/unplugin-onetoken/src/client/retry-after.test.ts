import { describe, expect, test } from 'vitest'
import { readRetryAfter, readShouldRetry } from './retry-after.ts'

const NOW = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT')

describe('readRetryAfter', () => {
  test.each([
    ['nothing', {}, undefined],
    ['seconds', { 'retry-after': '7' }, 7000],
    ['white space around', { 'retry-after': ' 7 ' }, 7000],
    ['a fraction', { 'retry-after': '0.5' }, 500],
    ['zero', { 'retry-after': '0' }, 0],
    ['negative', { 'retry-after': '-5' }, undefined],
    ['garbage', { 'retry-after': 'soon' }, undefined],
    ['garbage that Date.parse takes for a year', { 'retry-after': 'soon 1' }, undefined],
    ['empty', { 'retry-after': '' }, undefined],
    ['hexadecimal', { 'retry-after': '0x10' }, undefined],
    ['Infinity', { 'retry-after': 'Infinity' }, undefined],
    ['1e9', { 'retry-after': '1e9' }, 1e12],
    ['1e999', { 'retry-after': '1e999' }, undefined],
    ['1e307, whose milliseconds are no number', { 'retry-after': '1e307' }, undefined],
    ['2^32', { 'retry-after': '4294967296' }, 4_294_967_296_000],
    ['a date', { 'retry-after': 'Sun, 06 Nov 1994 08:49:47 GMT' }, 10_000],
    ['a date of RFC 850', { 'retry-after': 'Sunday, 06-Nov-94 08:49:47 GMT' }, 10_000],
    ['a date of asctime', { 'retry-after': 'Sun Nov  6 08:49:47 1994' }, 10_000],
    ['a past date', { 'retry-after': 'Sun, 06 Nov 1994 08:00:00 GMT' }, 0],
    ['milliseconds', { 'retry-after-ms': '250' }, 250],
    ['milliseconds before seconds', { 'retry-after-ms': '250', 'retry-after': '7' }, 250],
    ['bad milliseconds with good seconds', { 'retry-after-ms': 'x', 'retry-after': '7' }, 7000],
    ['negative milliseconds with good seconds', { 'retry-after-ms': '-1', 'retry-after': '7' }, 7000],
    ['sent twice', { 'retry-after': ['3', '9'] }, 3000],
  ])('%s', (_, headers, expected) => {
    expect(readRetryAfter(headers, NOW)).toBe(expected)
  })
})

test.each([
  ['true', true],
  ['TRUE', true],
  ['false', false],
  ['yes', undefined],
  [undefined, undefined],
])('x-should-retry: %s', (text, expected) => {
  expect(readShouldRetry({ 'x-should-retry': text })).toBe(expected)
})
