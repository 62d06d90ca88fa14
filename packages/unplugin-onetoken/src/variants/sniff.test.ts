import { describe, expect, it } from 'vitest'
import { isCutShort, looksLike } from './sniff.ts'
import { photo } from './test-pictures.ts'
import sharp from 'sharp'

describe('looksLike', () => {
  it.each([
    ['', 'an empty file'],
    ['  \n', 'an empty file'],
    ['<!DOCTYPE html><html>', 'an HTML page'],
    ['\n<html lang="en">', 'an HTML page'],
    ['<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', 'an SVG drawing'],
    ['<!-- made by hand --><svg width="2">', 'an SVG drawing'],
    ['<?xml version="1.0"?><feed/>', 'an XML file'],
    ['{"error": {"message": "no"}}', 'JSON'],
    ['[]', 'JSON'],
    ['%PDF-1.7\n%\xe2\xe3', 'a PDF'],
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n',
      'a Git LFS pointer, not the picture itself',
    ],
    ['<<<<<<< HEAD\n', 'a file with Git conflict markers'],
    ['BMW is a make of cars', 'text'],
    ['BM\0\0\x01', 'a BMP image'],
    ['II*\0\x08\0\0\0', 'a TIFF or a raw photo'],
    ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'a HEIC photo'],
    ['\0\0\0\x18ftypisom\0\0\0\0isomiso2', 'a video or another media file'],
    ['PK\x03\x04\0', 'a ZIP archive'],
    ['\x1f\x8b\0', 'gzip data'],
    ['\x01\x02\x03', 'data of an unknown kind'],
    ['\x89PNG\r\n\x1a\n', 'a PNG image'],
  ])('%j is %s', (text, what) => {
    expect(looksLike(Buffer.from(text, 'latin1')).what).toBe(what)
  })

  it('takes text in any script for text', () => {
    expect(looksLike(Buffer.from('红色的狐狸')).what).toBe('text')
    expect(looksLike(Buffer.from('ж'.repeat(2000))).what).toBe('text')
  })
})

describe('isCutShort', () => {
  it.each(['png', 'jpeg', 'webp', 'avif', 'gif'] as const)('tells a %s that ends early', async (format) => {
    const bytes = await photo(120, 90)[format]().toBuffer()
    expect(isCutShort(bytes)).toBe(false)
    for (const part of [0.3, 0.6, 0.95]) expect(isCutShort(bytes.subarray(0, bytes.length * part))).toBe(true)
  })

  it('is not taken in by the thumbnail in a JPEG', async () => {
    const thumbnail = await photo(16, 16).jpeg().toBuffer()
    const bytes = await photo(120, 90).jpeg().toBuffer()
    const head = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, 0])
    head.writeUInt16BE(thumbnail.length + 2, 4)
    const whole = Buffer.concat([head, thumbnail, bytes.subarray(2)])
    expect(isCutShort(whole)).toBe(false)
    expect(isCutShort(whole.subarray(0, whole.length * 0.6))).toBe(true)
  })

  it('lets an animation pass', async () => {
    const raw = { width: 20, height: 30, channels: 3, pageHeight: 10 } as const
    const gif = await sharp(await photo(20, 30).raw().toBuffer(), { raw })
      .gif()
      .toBuffer()
    expect(isCutShort(gif)).toBe(false)
  })
})
