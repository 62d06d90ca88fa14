import { expect, test } from 'vitest'
import { openRemote } from './open.ts'

const none = { endpoint: undefined, region: undefined }

test.each([
  ['https://cdn.example.com/onetoken', false],
  ['http://localhost:8080', false],
  ['s3://bucket/prefix', true],
  ['S3://bucket', true],
])('%s: exclusive %s, and nobody is asked', async (url, isExclusive) => {
  const remote = openRemote({ url, ...none }, { authorization: undefined })
  expect(remote).toMatchObject({ url, isExclusive })
  await remote.close()
})
