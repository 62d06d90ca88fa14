import { describe, expect, it } from 'vitest'
import { isLoopback } from './loopback.ts'

describe('isLoopback', () => {
  it.each([
    'http://localhost',
    'http://localhost:8787/v1/',
    'https://LOCALHOST.:1',
    'http://api.localhost:1',
    'http://127.0.0.1:8787',
    'http://127.1',
    'http://0x7f000001',
    'http://127.255.255.254',
    'http://[::1]:8787',
    'http://[0:0:0:0:0:0:0:1]',
    'http://[::ffff:127.0.0.1]',
    'http://0.0.0.0:8787',
    'http://[::]:1',
  ])('%s is this machine', (url) => {
    expect(isLoopback(url)).toBe(true)
  })

  it.each([
    'https://api.onetoken.one',
    'https://127.example.com',
    'https://127.0.0.1.example.com',
    'https://localhost.example.com',
    'https://notlocalhost',
    'http://user:localhost@example.com',
    'http://example.com/localhost',
    'http://192.168.0.1',
    'http://[::2]',
    'http://[2001:db8::7f00:1]',
    'localhost:8787',
    '',
    'nonsense',
  ])('%s is not', (url) => {
    expect(isLoopback(url)).toBe(false)
  })
})
