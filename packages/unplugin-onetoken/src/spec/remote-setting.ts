import { OneTokenError } from '../errors.ts'
import type { Keep, Locate } from './check.ts'
import { isLoopback } from './loopback.ts'
import { didYouMean } from './nearest.ts'
import { quote, show } from './text.ts'

/** A store that machines share, as its author writes it. */
export interface RemoteSettings {
  /** `https://cdn.example.com/onetoken` or `s3://bucket/prefix`. */
  url: string
  /** Whether renders of this machine go there. @default false */
  write?: boolean | undefined
  /** Address of an S3 server that is not Amazon's. @default Amazon's */
  endpoint?: string | undefined
  /** Region of the bucket. @default 'auto' with an endpoint, else as the AWS SDK finds it */
  region?: string | undefined
}

/** A remote store with every default filled in. */
export interface ResolvedRemote {
  /** Without a `/` at its end. */
  url: string
  write: boolean
  endpoint: string | undefined
  region: string | undefined
}

const MEMBERS: readonly (keyof RemoteSettings)[] = ['url', 'write', 'endpoint', 'region']
const ENDPOINT = 'https://s3.example.com'
const EXAMPLES = 'https://cdn.example.com/onetoken or s3://bucket/prefix'

/** A mistake in a remote store: what is wrong, what to do, and the member that has it. */
interface Mistake {
  message: string
  hint?: string
  member?: string
  part?: 'name'
}

/**
 * Check a remote store; mistakes go to `keep`, each with its place. No message shows an address as it was written
 * before it is known to hold no password.
 */
export function checkRemote(written: unknown, locate: Locate, keep: Keep): string | RemoteSettings {
  const isText = typeof written === 'string'
  for (const { message, hint, member, part } of isText ? mistakesOfURL(written) : mistakesOf(written)) {
    const path = ['remote', ...(member === undefined || isText ? [] : [member])]
    keep(() => {
      throw new OneTokenError('SETTINGS_INVALID', message, { hint, place: locate(path, part) })
    })
  }
  return written as string | RemoteSettings
}

/** Fill in the defaults of a remote store that was checked. */
export function resolveRemote(written: string | RemoteSettings | undefined): ResolvedRemote | undefined {
  if (written === undefined) return undefined
  const { url, write = false, endpoint, region } = typeof written === 'string' ? { url: written } : written
  return {
    url: url.trim().replace(/\/+$/, ''),
    write,
    endpoint: endpoint?.trim(),
    region: region ?? (endpoint === undefined ? undefined : 'auto'),
  }
}

function mistakesOf(written: unknown): Mistake[] {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) {
    return [{ message: `"remote" must be an address such as ${EXAMPLES}, or a mapping with "url".` }]
  }
  const members = written as Record<string, unknown>
  const { url, write, endpoint, region } = members
  const mistakes = Object.keys(written)
    .filter((name) => !MEMBERS.some((member) => member === name))
    .map((name): Mistake => ({ message: unknownMember(name), member: name, part: 'name' }))
  if (typeof url === 'string') mistakes.push(...mistakesOfURL(url))
  else mistakes.push({ message: `"remote" needs a "url", such as ${EXAMPLES}.` })
  if (write !== undefined && typeof write !== 'boolean') {
    mistakes.push({
      message: `"write" of "remote" cannot be ${show(write)}: it must be true or false.`,
      member: 'write',
    })
  }
  if (region !== undefined && (typeof region !== 'string' || !/^[\w-]+$/.test(region))) {
    const example = 'such as eu-central-1'
    mistakes.push({
      message: `"region" of "remote" cannot be ${show(region)}: it must be the name of one, ${example}.`,
      member: 'region',
    })
  }
  if (endpoint !== undefined) mistakes.push(...mistakesOfEndpoint(endpoint))
  const isS3 = typeof url !== 'string' || !/^https?:/i.test(url.trim())
  const useless = isS3 ? [] : (['endpoint', 'region'] as const).filter((name) => members[name] !== undefined)
  return [...mistakes, ...useless.map(uselessMember)]
}

function unknownMember(name: string): string {
  return `"remote" has no ${quote(name)}${didYouMean(name, MEMBERS) || `: it has ${MEMBERS.join(', ')}.`}`
}

function uselessMember(member: 'endpoint' | 'region'): Mistake {
  return {
    message: `"${member}" of "remote" is for s3://bucket/prefix; an https address has none.`,
    hint: `Take "${member}" away, or write the bucket as s3://bucket/prefix.`,
    member,
  }
}

/** What is wrong with the address of a remote store. */
function mistakesOfURL(written: string): Mistake[] {
  const mistake = badAddress('"remote"', written, EXAMPLES) ?? badScheme(written.trim())
  return mistake === undefined ? [] : [{ ...mistake, member: 'url' }]
}

function badScheme(url: string): Mistake | undefined {
  const { protocol, host, port } = new URL(url)
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(url))) return undefined
  if (protocol === 'http:') {
    return {
      message: `"remote" cannot be ${quote(url)}: what comes by plain http can be changed on its way.`,
      hint: 'Write https://. Plain http is for this machine alone, such as http://localhost:8080.',
    }
  }
  if (protocol !== 's3:') {
    return {
      message: `"remote" cannot be ${quote(url)}: it must begin with https:// or s3://.`,
      hint: hintOfScheme(protocol),
    }
  }
  if (host === '') {
    return { message: `"remote" names no bucket: ${quote(url)}.`, hint: 'Write s3://bucket/prefix.' }
  }
  if (port === '') return undefined
  return {
    message: `"remote" cannot be ${quote(url)}: after s3:// comes the name of a bucket, not a server.`,
    hint: 'Write { "url": "s3://bucket/prefix", "endpoint": "https://server" }.',
  }
}

function hintOfScheme(protocol: string): string {
  if (protocol === 'file:') return 'A folder that is always there is the setting "store".'
  if (protocol === 'gs:') {
    return 'Google Cloud Storage understands S3: s3://bucket/prefix with "endpoint": "https://storage.googleapis.com".'
  }
  return `It is an address such as ${EXAMPLES}.`
}

function mistakesOfEndpoint(endpoint: unknown): Mistake[] {
  if (typeof endpoint !== 'string') {
    return [
      {
        message: `"endpoint" of "remote" must be an address such as ${ENDPOINT}.`,
        member: 'endpoint',
      },
    ]
  }
  const mistake = badAddress('"endpoint" of "remote"', endpoint, ENDPOINT) ?? badEndpoint(endpoint.trim())
  return mistake === undefined ? [] : [{ ...mistake, member: 'endpoint' }]
}

/** Plain http is allowed here: requests are signed, so that no secret travels, and it is how MinIO runs beside a build. */
function badEndpoint(endpoint: string): Mistake | undefined {
  if (/^https?:/i.test(endpoint)) return undefined
  return { message: `"endpoint" of "remote" cannot be ${quote(endpoint)}: it must begin with https://.` }
}

/** What no address may have, whatever its scheme. `what` begins the message. */
function badAddress(what: string, written: string, example: string): Mistake | undefined {
  const text = written.trim()
  const signsItself = /^s3:/i.test(text) || example !== EXAMPLES
  // Before anything that would show it.
  if (holdsCredentials(text)) {
    return {
      message: `${what} holds a user name or a password, which would stand in the repository.`,
      hint: signsItself
        ? 'Take it out. The AWS SDK finds credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or a profile.'
        : 'Take it out, and set ONETOKEN_REMOTE_AUTHORIZATION, in the environment or in .env.local, to the value of the header: Basic … or Bearer ….',
    }
  }
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(text) || !URL.canParse(text)) {
    return { message: `${what} cannot be ${quote(text)}: it must be an address such as ${example}.` }
  }
  const mark = text.search(/[?#]/)
  if (mark === -1) return undefined
  const token = signsItself ? '' : ' A token goes into ONETOKEN_REMOTE_AUTHORIZATION.'
  return {
    // What comes after it can be a signature.
    message: `${what} cannot go on after ${quote(text.slice(0, mark))} with a ${text[mark]}.`,
    hint: `Names of files are put at its end.${token}`,
  }
}

/** A secret key of Amazon's often has a slash in it, which makes the address of no use, and shows it all the same. */
function holdsCredentials(text: string): boolean {
  if (!text.includes('@')) return false
  if (!text.includes('://') || !URL.canParse(text)) return true
  const { username, password } = new URL(text)
  return username !== '' || password !== ''
}
