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

test.each([
  ['https://storage.googleapis.com', false],
  ['https://oss-eu-central-1.aliyuncs.com', false],
  ['https://cos.eu-frankfurt.myqcloud.com', false],
  ['https://abc.r2.cloudflarestorage.com', true],
  ['http://minio:9000', true],
])('a bucket at %s: exclusive %s', (endpoint, isExclusive) => {
  const remote = openRemote({ url: 's3://bucket', endpoint, region: 'auto' }, { authorization: undefined })
  expect(remote.isExclusive).toBe(isExclusive)
})
