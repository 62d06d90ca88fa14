import { describe, expect, test } from 'vitest'
import { largestAnswer, readAnswer } from './answer.ts'
import { decodeDataURL, decodeResult } from './base64.ts'
import { readProblem } from './problem.ts'

function read(text: string): ReturnType<typeof readAnswer> {
  return readAnswer(Buffer.from(text))
}

describe('readAnswer', () => {
  const one = { kind: 'items', items: [{ b64: 'QUJD' }] }
  test.each([
    ['a list', '{"created":1,"data":[{"b64_json":"QUJD"}]}', one],
    ['white space before it', ' \n\n \t{"data":[{"b64_json":"QUJD"}]}\n', one],
    ['a byte order mark', '\ufeff{"data":[{"b64_json":"QUJD"}]}', one],
    ['one object for a list', '{"data":{"b64_json":"QUJD"}}', one],
    ['no `data` at all', '{"b64_json":"QUJD"}', one],
    ['a bare list', '[{"b64_json":"QUJD"}]', one],
    ['an answer within an answer', '{"code":0,"msg":"success","data":{"data":[{"b64_json":"QUJD"}]}}', one],
    ['an error of null beside it', '{"error":null,"data":[{"b64_json":"QUJD"}]}', one],
    [
      'an address',
      '{"data":[{"url":"https://x.example/a.png","b64_json":null}]}',
      { items: [{ url: 'https://x.example/a.png' }] },
    ],
    [
      'the prompt rewritten',
      '{"data":[{"b64_json":"QUJD","revised_prompt":"fox"}]}',
      { items: [{ revisedPrompt: 'fox' }] },
    ],
    ['a list with nothing in it', '{"data":[{},null,3]}', { kind: 'items', items: [{}, {}, {}] }],
    ['an empty list', '{"created":1,"data":[]}', { kind: 'empty', note: 'an empty list of images' }],
    ['no body', '  \n', { kind: 'empty', note: 'an empty body' }],
    ['JSON cut off', '{"data":[{"b64_json":"QUJ', { kind: 'empty' }],
    ['another JSON', '"ok"', { kind: 'empty' }],
    [
      'an error',
      '{"error":{"message":"bad","code":null,"type":"x"}}',
      { kind: 'error', problem: { message: 'bad', type: 'x', code: undefined } },
    ],
    [
      'an empty list with a message',
      '{"message":"余额不足","data":[]}',
      { kind: 'error', problem: { topic: 'credit' } },
    ],
    [
      'a web page',
      '\n<!doctype html><html><head><title>New API</title></head></html>',
      { kind: 'page', title: 'New API' },
    ],
    [
      'a web page without a title',
      '<html><style>a{}</style><body>Hello <b>you</b></body>',
      { kind: 'page', title: expect.stringMatching(/^Hello\s+you$/) as string },
    ],
  ])('%s', (_, text, expected) => {
    expect(read(text)).toMatchObject(expected)
  })

  test('usage, as far as it is numbers', () => {
    const usage = {
      input_tokens: 10,
      output_tokens: 1756,
      total_tokens: '1766',
      input_tokens_details: { text_tokens: 10, image_tokens: -1, other: 1 },
    }
    expect(read(JSON.stringify({ usage, data: [{ b64_json: 'QUJD' }] }))).toMatchObject({
      usage: { input_tokens: 10, output_tokens: 1756, input_tokens_details: { text_tokens: 10 } },
    })
  })

  test.each([undefined, null, 'free', {}, { input_tokens: null }])('usage %j is none', (usage) => {
    expect(read(JSON.stringify({ usage, data: [{ b64_json: 'QUJD' }] }))).toMatchObject({ usage: undefined })
  })
})

describe('base64', () => {
  test.each([
    ['plain', 'QUJD', 'ABC'],
    ['padded', 'QUI=', 'AB'],
    ['padded twice', 'QQ==', 'A'],
    ['white space in it', ' QU\r\nJD\t', 'ABC'],
    ['the head of a data: URL', 'data:image/png;base64,QUJD', 'ABC'],
    ['a head with more in it', 'DATA:image/png;charset=utf-8;BASE64, QUJD', 'ABC'],
    ['empty', '', undefined],
    ['a head only', 'data:image/png;base64,', undefined],
    ['a bad letter', 'QU*D', undefined],
    ['letters of URLs', 'QU-_', undefined],
    ['padding left out', 'QUI', undefined],
    ['padding in the middle', 'QQ==QUJD', undefined],
    ['too much padding', 'Q===', undefined],
    ['cut', 'QUJDR', undefined],
    ['a head without base64', 'data:image/png,QUJD', undefined],
  ])('%s', (_, text, expected) => {
    expect(decodeResult(text)?.toString()).toBe(expected)
  })

  test('a data: URL has to be one', () => {
    expect(decodeDataURL('QUJD')).toBeUndefined()
  })
})

describe('readProblem', () => {
  test.each([
    [
      'OpenAI',
      400,
      '{"error":{"message":"bad","type":"invalid_request_error","param":null,"code":"x"}}',
      { message: 'bad', type: 'invalid_request_error', code: 'x', topic: 'request' },
    ],
    ['a code of null', 400, '{"error":{"message":"bad","code":null}}', { message: 'bad', code: undefined }],
    ['a code that is a number', 429, '{"error":{"message":"bad","code":1302}}', { code: '1302' }],
    [
      'a code of the language',
      400,
      '{"error":{"message":"bad","code":"constructor"}}',
      { code: 'constructor', topic: undefined },
    ],
    ['an error that is a text', 400, '{"error":"bad"}', { message: 'bad' }],
    ['an error without words', 400, '{"error":{"code":"x"}}', { message: undefined, code: 'x' }],
    ['{message}', 400, '{"message":"bad","code":7}', { message: 'bad', code: '7' }],
    ['{msg}', 400, '{"msg":"bad"}', { message: 'bad' }],
    ['{err}', 400, '{"err":"bad"}', { message: 'bad' }],
    ['{error_msg}', 400, '{"error_msg":"bad"}', { message: 'bad' }],
    [
      'a title',
      502,
      '<html><head><title> 502 Bad Gateway </title></head></html>',
      { message: '502 Bad Gateway' },
    ],
    ['plain words', 503, 'upstream connect error', { message: 'upstream connect error' }],
    ['nothing', 500, '', { message: undefined }],
    [
      'moderation by code',
      400,
      '{"error":{"message":"no","code":"moderation_blocked"}}',
      { topic: 'moderation' },
    ],
    [
      'moderation of the relay',
      500,
      '{"error":{"message":"no","code":"sensitive_words_detected"}}',
      { topic: 'moderation' },
    ],
    [
      'moderation by words',
      400,
      '{"error":{"message":"Your request was rejected by the safety system.","type":"invalid_request_error"}}',
      { topic: 'moderation' },
    ],
    [
      'moderation by words of a 5xx',
      502,
      '{"error":{"message":"rejected by the safety system"}}',
      { topic: undefined },
    ],
    [
      'credit of the relay',
      403,
      '{"error":{"message":"预扣费额度失败","code":"insufficient_user_quota"}}',
      { topic: 'credit' },
    ],
    ['credit of OpenAI', 429, '{"error":{"message":"no","code":"insufficient_quota"}}', { topic: 'credit' }],
    ['credit by words', 403, '{"message":"用户余额不足"}', { topic: 'credit' }],
    [
      'an unknown model',
      503,
      '{"error":{"message":"no channel","code":"model_not_found"}}',
      { topic: 'model' },
    ],
    ['a key by words', 200, '{"success":false,"message":"无效的令牌"}', { topic: 'key' }],
  ])('%s', (_, status, text, expected) => {
    expect(readProblem(text, status)).toMatchObject(expected)
  })
})

describe('largestAnswer', () => {
  test('holds every image at its cap, within the longest text of V8', () => {
    expect(largestAnswer(1, 3 * 2 ** 20)).toBe(5 * 2 ** 20)
    expect(largestAnswer(10, 64 * 2 ** 20)).toBeGreaterThan(10 * 34e6)
    expect(largestAnswer(10, 64 * 2 ** 20)).toBeLessThan(2 ** 29)
  })
})
