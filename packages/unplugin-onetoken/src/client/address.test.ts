import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { guardLookup, HIDDEN_ADDRESS, isPublicAddress } from './address.ts'

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '172.15.0.1',
  '172.32.0.1',
  '192.169.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '64:ff9b::8.8.8.8',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::FFFF:192.168.1.1',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '4000::1',
  'localhost',
  '',
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

describe('guardLookup', () => {
  function answering(...addresses: string[]): LookupFunction {
    return (_, __, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
  }
  function ask(lookup: LookupFunction, all: boolean): Promise<[unknown, string | LookupAddress[], number?]> {
    return new Promise((resolve) => {
      guardLookup(lookup)('images.example', { all }, (error, address, family) => {
        resolve(family === undefined ? [error, address] : [error, address, family])
      })
    })
  }

  test('lets public addresses through, all or one', async () => {
    const lookup = answering('8.8.8.8', '2606:4700::1')
    expect(await ask(lookup, true)).toEqual([
      null,
      [
        { address: '8.8.8.8', family: 4 },
        { address: '2606:4700::1', family: 6 },
      ],
    ])
    expect(await ask(lookup, false)).toEqual([null, '8.8.8.8', 4])
  })

  test.each([['127.0.0.1'], ['8.8.8.8', '10.0.0.1'], ['::ffff:10.0.0.1']])(
    'refuses %s',
    async (...addresses) => {
      const [error] = await ask(answering(...addresses), true)
      expect(error).toMatchObject({ code: HIDDEN_ADDRESS })
    },
  )

  test('passes on that a name is unknown', async () => {
    const failing: LookupFunction = (_, __, callback) =>
      callback(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), [])
    expect((await ask(failing, true))[0]).toMatchObject({ code: 'ENOTFOUND' })
    expect((await ask(answering(), true))[0]).toMatchObject({ code: 'ENOTFOUND' })
  })
})
