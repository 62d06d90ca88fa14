import { describe, expect, it } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { imageSpec } from './image-spec.ts'
import { renderKey, type InputDigest } from './key.ts'
import { parseReference } from './reference.ts'
import type { Parameters } from './types.ts'

const key = (parameters: Parameters, inputs: InputDigest[] = [], provider = 'onetoken'): string =>
  renderKey(imageSpec(parameters, { base: '/site', defaults: [], styles: {} }).render, inputs, provider)

const inline = (specifier: string): string => {
  const reference = parseReference(specifier)
  if (reference.kind !== 'inline') throw new Error('not an inline reference')
  return key(reference.parameters)
}

const photo: InputDigest = { role: 'image', sha256: sha256('photo'), conversion: 0 }

// A changed key is a bill for every picture of every user: these values never change.
describe('golden keys', () => {
  it.each<[string, string, string]>([
    [
      'prompt alone',
      inline('virtual:onetoken?prompt=A red fox in fresh snow'),
      '3bd967d5394c52053c26603215de508d7b788afb49422d8fd5977ba76e93e63a',
    ],
    [
      'all that is sent',
      key({
        prompt: 'a fox',
        model: 'gpt-image-2',
        size: '1536x1024',
        quality: 'high',
        n: 3,
        background: 'transparent',
        moderation: 'low',
        output_format: 'webp',
        output_compression: 80,
      }),
      '692ece93319c472fc65493eea09e6d878028ae035f4edd54a6f3d7953f91b306',
    ],
    [
      'Chinese',
      inline('virtual:onetoken?prompt=雪地里的红狐'),
      'db37d48c293b59940c583cd74636fc1f8c67424f6f849b82f8b3b33e4c0774fb',
    ],
    [
      'another take',
      key({ prompt: 'a fox', take: 2 }),
      'f9f33574ca888b23447b18e246ffb31248ae9b6fe542e871db32c0ce3f374578',
    ],
    [
      'a field passed on',
      key({ prompt: 'a fox', extra: { user: 'site', nested: { b: 1, a: [true, null] } } }),
      'de05ecbdbb48548b5d3df0ef01ab4eaf3594959dbda11db7d1daf760aa89b622',
    ],
    [
      'an edit',
      key({ prompt: 'at night', image: ['photo.png'] }, [photo]),
      'ff754a6721d3b0a7174a863dc8d0e674326705411055d7c26a96353817bc5bb2',
    ],
    [
      'an edit with a converted input',
      key({ prompt: 'at night', image: ['photo.jpg'] }, [{ ...photo, conversion: 1 }]),
      '132ffd9f1ac09b946486a83eac93799a2f6b3a83a5fa62af8f5bc1f7ef63466c',
    ],
    [
      'an edit with a mask',
      key({ prompt: 'at night', image: ['photo.png'], mask: 'mask.png' }, [
        photo,
        { role: 'mask', sha256: sha256('mask'), conversion: 0 },
      ]),
      '82dc15bc411ccfcf5e16da101f0ea4b320413f62a0e0cb476601e25b17f23fc0',
    ],
    [
      'an edit with a mask that is made right',
      key({ prompt: 'at night', image: ['photo.png'], mask: 'mask.jpg' }, [
        photo,
        { role: 'mask', sha256: sha256('mask'), conversion: 2 },
      ]),
      '5c5596c0b7330a1615de0b8ec1ea6cc7b4a01da99fc61e20be945fae2d3c10b4',
    ],
    [
      'a pretend picture',
      key({ prompt: 'a fox' }, [], 'mock'),
      '99e5fe0cf8fd787e95c200e3895eb27d7c25adcbaf075edec46106285ee67d15',
    ],
  ])('%s', (_what, found, golden) => {
    expect(found).toBe(golden)
  })
})

describe('what a key holds', () => {
  it('is the same when a default is written out', () => {
    expect(key({ prompt: 'a fox', model: 'gpt-image-2', n: 1, size: '1024x1024', take: 1 })).toBe(
      key({ prompt: 'a fox' }),
    )
  })

  it('does not know output parameters, their order, or white space around the words', () => {
    const plain = inline('virtual:onetoken?prompt=a fox&quality=low')
    expect(inline('virtual:onetoken?w=480;960&quality=low&format=avif&alt=Fox&prompt= a fox\r\n')).toBe(plain)
  })

  it('is another for one letter, for the decomposed form of none', () => {
    expect(inline('virtual:onetoken?prompt=a fix')).not.toBe(inline('virtual:onetoken?prompt=a fox'))
    expect(inline('virtual:onetoken?prompt=cafe\u0301')).toBe(inline('virtual:onetoken?prompt=caf\u00e9'))
  })

  it('tells the order of images, but not the name of a file', () => {
    const other: InputDigest = { ...photo, sha256: sha256('other') }
    const of = (path: string, ...inputs: InputDigest[]): string => key({ prompt: 'p', image: [path] }, inputs)
    expect(of('a.png', photo, other)).not.toBe(of('a.png', other, photo))
    expect(of('a.png', photo)).toBe(of('b.png', photo))
  })
})
