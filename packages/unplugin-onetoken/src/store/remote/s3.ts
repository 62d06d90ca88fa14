import { addAbortSignal, type Readable } from 'node:stream'
import type * as Sdk from '@aws-sdk/client-s3'
import type { Created } from '../claim.ts'
import { wholeBody } from './body.ts'
import { ageBetween, contentType } from './describe-file.ts'
import { createdOrExists } from './lost-answer.ts'
import { operate, type Attempt, type Server } from './operation.ts'
import { codeOf, explainSdkError, statusOf } from './s3-failure.ts'
import { PATIENCE, type Patience, type Remote, type RemoteFile } from './types.ts'

/** Where a bucket is. Credentials come from where the AWS SDK looks for them. */
export interface S3RemoteOptions {
  /** `s3://bucket/prefix`. */
  url: string
  /** Undefined: Amazon's. */
  endpoint: string | undefined
  /** Undefined: as the SDK finds it. */
  region: string | undefined
  /** @default PATIENCE */
  patience?: Patience | undefined
  /** Loads the AWS SDK, which is only there when somebody installed it. */
  load?: (() => Promise<typeof Sdk>) | undefined
}

/** A remote store in a bucket of S3. */
export function openS3Remote(options: S3RemoteOptions): Remote {
  const { url, endpoint, patience = PATIENCE } = options
  const bucket = openBucket(options)
  const isExclusive = knowsCondition(endpoint)
  const server: Server = { url, patience, explain: explainSdkError }
  return {
    url,
    isExclusive,

    read: (name, largest) =>
      operate(server, { verb: 'read', name, canResend: true }, (attempt) =>
        bucket.get(name, largest, attempt),
      ),

    has: (name) =>
      operate(server, { verb: 'look up', name, canResend: true }, (attempt) => bucket.head(name, attempt)),

    list: (start) =>
      operate(server, { verb: 'look up', name: start, canResend: true }, (attempt) =>
        bucket.list(start, attempt),
      ),

    create: (name, bytes) =>
      operate(server, { verb: 'write', name, canResend: true, upload: bytes.length }, async (attempt) => {
        const isThere =
          (!isExclusive && (await bucket.head(name, attempt))) ||
          (await bucket.put(name, bytes, attempt, { IfNoneMatch: '*' })) === 'exists'
        if (!isThere) return 'created'
        return await createdOrExists(bytes, attempt, (largest) => bucket.get(name, largest, attempt))
      }),

    async replace(name, bytes) {
      const task = { verb: 'write', name, canResend: false, upload: bytes.length } as const
      await operate(server, task, (attempt) => bucket.put(name, bytes, attempt))
    },

    remove: (name) =>
      operate(server, { verb: 'remove', name, canResend: false }, (attempt) => bucket.remove(name, attempt)),

    close: bucket.close,
  }
}

/**
 * Whether a server is taken to keep what `If-None-Match: *` promises: Amazon S3 does since August 2024, and so do
 * Cloudflare R2, MinIO and Ceph. Google, Aliyun and Tencent have conditions of their own and take no notice of it.
 */
function knowsCondition(endpoint: string | undefined): boolean {
  if (endpoint === undefined) return true
  return !/(?:^|\.)(?:googleapis\.com|aliyuncs\.com|myqcloud\.com)$/i.test(new URL(endpoint).hostname)
}

interface Bucket {
  get(name: string, largest: number, attempt: Attempt): Promise<RemoteFile | undefined>
  head(name: string, attempt: Attempt): Promise<boolean>
  list(start: string, attempt: Attempt): Promise<string[]>
  /** `exists`: nothing was written, as the condition wished. */
  put(name: string, bytes: Uint8Array, attempt: Attempt, condition?: { IfNoneMatch: '*' }): Promise<Created>
  remove(name: string, attempt: Attempt): Promise<void>
  close(): Promise<void>
}

interface Opened {
  sdk: typeof Sdk
  client: Sdk.S3Client
}

/** Nothing is loaded before the first use. */
function openBucket({
  url,
  endpoint,
  region,
  load = () => import('@aws-sdk/client-s3'),
}: S3RemoteOptions): Bucket {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]*)\/*(.*?)\/*$/i.exec(url) ?? []
  const at = (name: string): { Bucket: string; Key: string } => ({
    Bucket: bucket,
    Key: prefix === '' ? name : `${prefix}/${name}`,
  })
  let opened: Promise<Opened> | undefined
  const open = (): Promise<Opened> => (opened ??= load().then((sdk) => openClient(sdk, endpoint, region)))

  return {
    async get(name, largest, attempt) {
      const { sdk, client } = await open()
      const command = new sdk.GetObjectCommand(at(name))
      const date = dateOfAnswer(command)
      const answer = await client.send(command, { abortSignal: attempt.signal }).catch(absent)
      if (answer?.Body === undefined) return undefined
      attempt.answered()
      // The SDK looks at the signal no more once it has the headers.
      const parts = addAbortSignal(attempt.signal, answer.Body as Readable)
      const bytes = await wholeBody({ parts, declared: answer.ContentLength }, largest, attempt)
      return { bytes, age: ageBetween(answer.LastModified?.toUTCString(), date()) }
    },

    async head(name, { signal }) {
      const { sdk, client } = await open()
      const command = new sdk.HeadObjectCommand(at(name))
      return (await client.send(command, { abortSignal: signal }).catch(absent)) !== undefined
    },

    async list(start, { signal }) {
      const { sdk, client } = await open()
      const { Bucket, Key } = at(start)
      const command = new sdk.ListObjectsV2Command({ Bucket, Prefix: Key })
      const { Contents = [] } = await client.send(command, { abortSignal: signal })
      const outer = Key.length - start.length
      return Contents.flatMap(({ Key: name }) => name?.slice(outer) ?? [])
    },

    async put(name, bytes, { signal }, condition) {
      const { sdk, client } = await open()
      const body = { Body: bytes, ContentLength: bytes.length, ContentType: contentType(name) }
      const command = new sdk.PutObjectCommand({ ...at(name), ...body, ...condition })
      return await client.send(command, { abortSignal: signal }).then(
        (): Created => 'created',
        (error: unknown): Created => {
          if (condition !== undefined && statusOf(error) === 412) return 'exists'
          throw error
        },
      )
    },

    async remove(name, { signal }) {
      const { sdk, client } = await open()
      await client.send(new sdk.DeleteObjectCommand(at(name)), { abortSignal: signal })
    },

    async close() {
      const { client } = (await opened?.catch(() => undefined)) ?? {}
      client?.destroy()
    },
  }
}

function openClient(sdk: typeof Sdk, endpoint: string | undefined, region: string | undefined): Opened {
  const client = new sdk.S3Client({
    // Other servers than Amazon's rarely have a name a bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(region === undefined ? {} : { region }),
    // What is sent again is decided in one place for all kinds of remote stores.
    maxAttempts: 1,
    // Checksums of the newer kinds are not understood by R2 and by older releases of Ceph.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With it, Ceph refuses and closes while the bytes are on their way, so that nobody gets to know what it said.
    expectContinueHeader: false,
  })
  return { sdk, client }
}

/** Nothing of this name; all other errors are thrown on, that of a bucket which is not there as well. */
function absent(error: unknown): undefined {
  if (statusOf(error) !== 404 || codeOf(error) === 'NoSuchBucket') throw error
}

/** The header `Date` of the answer to a command, which the SDK does not show, once the command was sent. */
function dateOfAnswer({ middlewareStack }: Sdk.GetObjectCommand): () => string | undefined {
  let date: string | undefined
  middlewareStack.add(
    (next) => async (input) => {
      const result = await next(input)
      date = (result.response as { headers?: Record<string, string> }).headers?.['date']
      return result
    },
    // Before the SDK's own step, which reads the answer.
    { step: 'deserialize', priority: 'high', name: 'dateOfAnswer' },
  )
  return () => date
}
