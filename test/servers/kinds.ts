import { describe } from 'vitest'
import { missingForNginx, startNginx } from './nginx.ts'
import { missingForRadosGateway, startRadosGateway, type S3User } from './radosgw.ts'

/** A server for remote stores. */
export interface StoreServer {
  /** Address for the proxy, and for S3 the endpoint. */
  address: string
  /** The setting `remote` for a server that answers at `address`. */
  remoteAt(address: string): { url: string; endpoint?: string }
  /** Environment of who may use it. */
  env: Record<string, string>
  /** A store that has no room for a picture, and the environment of who may use that. */
  full: { remote: { url: string; endpoint?: string }; env: Record<string, string> }
  stop(): Promise<void>
}

/** A kind of server. */
export interface ServerKind {
  name: string
  /** Programs that are not installed here. */
  missing: string[]
  start(): Promise<StoreServer>
}

/** Bytes that a full store still takes: a record, and no picture. */
const ROOM = 3_000

/** The kinds of servers that remote stores are tried on. */
export const KINDS: ServerKind[] = [
  {
    name: 'nginx',
    missing: missingForNginx(),
    async start() {
      const secret = 'builder:secret-of-the-store'
      const [roomy, narrow] = [await startNginx({ user: secret }), await startNginx({ largest: ROOM })]
      return {
        address: roomy.url,
        remoteAt: (address) => ({ url: `${address}/site` }),
        full: { remote: { url: `${narrow.url}/site` }, env: {} },
        env: { ONETOKEN_REMOTE_AUTHORIZATION: `Basic ${Buffer.from(secret).toString('base64')}` },
        stop: async () => void (await Promise.all([roomy.stop(), narrow.stop()])),
      }
    },
  },
  {
    name: 'radosgw',
    missing: missingForRadosGateway(),
    async start() {
      const { endpoint, addUser, addBucket, stop } = await startRadosGateway()
      const envOf = (user: S3User): Record<string, string> => ({
        AWS_ACCESS_KEY_ID: user.accessKeyId,
        AWS_SECRET_ACCESS_KEY: user.secretAccessKey,
      })
      const [builder, poor] = [await addUser('builder'), await addUser('poor', ROOM)]
      await addBucket('pictures', builder)
      await addBucket('few-pictures', poor)
      return {
        address: endpoint,
        remoteAt: (address) => ({ url: 's3://pictures/site', endpoint: address }),
        env: envOf(builder),
        full: { remote: { url: 's3://few-pictures/site', endpoint }, env: envOf(poor) },
        stop,
      }
    },
  },
]

const isRequired = process.env['REQUIRE_SERVERS'] === '1'

/** Tests of each kind of server that is installed here; with `REQUIRE_SERVERS=1` of all. */
export function describeServers(what: string, tests: (kind: ServerKind) => void): void {
  for (const kind of KINDS) {
    const isSkipped = kind.missing.length > 0 && !isRequired
    if (isSkipped) {
      console.warn(`${what} is not tried on ${kind.name}: there is no ${kind.missing.join(', no ')} in PATH.`)
    }
    describe.skipIf(isSkipped)(`${what} on ${kind.name}`, () => {
      if (kind.missing.length > 0 && !isSkipped) {
        throw new Error(`REQUIRE_SERVERS=1, and for ${kind.name} there is no ${kind.missing.join(', no ')}.`)
      }
      tests(kind)
    })
  }
}
