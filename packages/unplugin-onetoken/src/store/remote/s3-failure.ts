import { connectionFailure, type RemoteFailure } from './failed.ts'

const PACKAGE = '@aws-sdk/client-s3'

/** What is read of an error that the SDK throws. */
interface SdkError {
  name?: string
  message?: string
  code?: string
  $metadata?: { httpStatusCode?: number; clockSkewCorrected?: boolean }
  $response?: { statusCode?: number; headers?: Record<string, string> }
}

/** The status of the answer that the SDK made an error of. */
export function statusOf(thrown: unknown): number | undefined {
  const { $metadata, $response } = thrown as SdkError
  return $metadata?.httpStatusCode ?? $response?.statusCode
}

/** How the SDK calls what has no code, and JavaScript what the SDK could not read. */
const NO_CODES = new Set([
  'Unknown',
  'UnknownError',
  'Error',
  'SyntaxError',
  'TypeError',
  'S3ServiceException',
])

/** The code that S3 has for the error. The answer to HEAD has none; nor has what is not of S3. */
export function codeOf(thrown: unknown): string | undefined {
  const { name = '' } = thrown as SdkError
  return /^[A-Za-z]+$/.test(name) && !NO_CODES.has(name) ? name : undefined
}

/** What an error of the SDK means. */
export function explainSdkError(thrown: unknown): RemoteFailure {
  const status = statusOf(thrown)
  return status === undefined ? unsent(thrown) : answered(thrown, status)
}

/** Codes of Ceph, MinIO and others. */
const FULL = new Set([
  'QuotaExceeded',
  'EntityTooLarge',
  'InsufficientStorage',
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
])

function answered(thrown: unknown, status: number): RemoteFailure {
  const code = codeOf(thrown)
  const shown = code === undefined ? `${status}` : `${status} ${code}`
  const facts = { status, cause: thrown }
  if (status === 507 || status === 413 || FULL.has(code ?? '')) {
    return { ...facts, kind: 'full', why: `it is full (${shown})` }
  }
  const { $metadata, $response } = thrown as SdkError
  if (status === 401 || status === 403) {
    // The SDK sets its clock by the answer: the next attempt is signed at the right time.
    const isPassing = $metadata?.clockSkewCorrected === true
    return { ...facts, kind: 'denied', why: `it refused access (${shown})`, hint: PERMISSIONS, isPassing }
  }
  if (code === 'NoSuchBucket') {
    return { ...facts, kind: 'unexpected', why: `it has no such bucket (${shown})`, hint: CHECK_SETTING }
  }
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html: "retry the upload"
  const isPassing = code === 'ConditionalRequestConflict' ? true : undefined
  const region = $response?.headers?.['x-amz-bucket-region']
  const hint =
    status === 301 || status === 400
      ? region !== undefined && /^[\w-]+$/.test(region)
        ? `Set "region" of "remote" to ${region}.`
        : CHECK_SETTING
      : undefined
  return { ...facts, kind: 'unexpected', why: `it answered ${shown}`, hint, isPassing }
}

const CHECK_SETTING = 'Check bucket, "endpoint" and "region" of the setting "remote".'

// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions"
const PERMISSIONS =
  'Check the credentials, and that they allow s3:GetObject, and for writing s3:PutObject and s3:DeleteObject.\n' +
  'Without s3:ListBucket, S3 answers 403 for names that are not there, too.'

/** Nothing came back, mostly because nothing was sent. */
function unsent(thrown: unknown): RemoteFailure {
  const { name, code, message = '' } = thrown as SdkError
  const facts = { cause: thrown, isPassing: false }
  if (code === 'ERR_MODULE_NOT_FOUND' && message.includes(PACKAGE)) {
    const hint = `Install it: npm install -D ${PACKAGE}`
    return { ...facts, kind: 'unexpected', why: `the package ${PACKAGE} is not installed`, hint }
  }
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    const hint =
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or whatever else the AWS SDK takes.'
    return { ...facts, kind: 'denied', why: 'the AWS SDK found no credentials', hint }
  }
  if (/^region is missing/i.test(message)) {
    const hint = 'Set "region" of "remote", or AWS_REGION.'
    return { ...facts, kind: 'unexpected', why: 'the AWS SDK found no region', hint }
  }
  return connectionFailure(thrown)
}
