import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { findProgram, freePorts, runProgram, startDaemon, untilReady, type Daemon } from './daemon.ts'

/** Somebody who may use an S3 server. */
export interface S3User {
  accessKeyId: string
  secretAccessKey: string
}

/** Ceph's S3 server on loopback, with a whole cluster of one behind it. */
export interface RadosGateway {
  endpoint: string
  /** Make a user; `quota` is the most bytes of all that is theirs. */
  addUser(name: string, quota?: number): Promise<S3User>
  addBucket(name: string, user: S3User): Promise<void>
  stop(): Promise<void>
}

const PROGRAMS = ['ceph', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin']
/** Most seconds take the first start of radosgw, which makes its pools. */
const START_UP = 90_000
const COMMAND = 60_000

/** Names of the programs that are not installed here. */
export function missingForRadosGateway(): string[] {
  return PROGRAMS.filter((name) => findProgram(name) === undefined)
}

/**
 * Start a monitor, one object store in memory, and the gateway. Everything lies in a folder of its own: any user may,
 * and nothing of it survives.
 */
export async function startRadosGateway(): Promise<RadosGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'rgw-'))
  const [port = 0, monitorPort = 0] = await freePorts(2)
  const endpoint = `http://127.0.0.1:${port}`
  const cluster: Cluster = { folder, port, monitorPort, id: randomUUID(), daemons: [] }
  const stop = async (): Promise<void> => {
    for (const daemon of cluster.daemons.toReversed()) await daemon.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    for (const part of ['mon', 'osd', 'rgw']) await mkdir(join(folder, part))
    await writeFile(join(folder, 'ceph.conf'), configuration(cluster))
    await startMonitor(cluster)
    await startObjectStore(cluster)
    await daemon(cluster, 'radosgw', ['-n', 'client.rgw', '-f'])
    await untilReady(cluster.daemons, START_UP, async () => (await fetch(endpoint)).ok)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    endpoint,
    stop,
    async addUser(name, quota) {
      const user = { accessKeyId: `${name}-key`, secretAccessKey: `${name}-secret` }
      const keys = [`--access-key=${user.accessKeyId}`, `--secret=${user.secretAccessKey}`]
      await administer(cluster, ['user', 'create', `--uid=${name}`, `--display-name=${name}`, ...keys])
      if (quota !== undefined) {
        const scope = ['--quota-scope=user', `--uid=${name}`]
        await administer(cluster, ['quota', 'set', ...scope, `--max-size=${quota}`])
        await administer(cluster, ['quota', 'enable', ...scope])
      }
      return user
    },
    async addBucket(name, user) {
      // A region of `auto` would be sent as the place where the bucket is to be.
      const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: user })
      await client.send(new CreateBucketCommand({ Bucket: name }))
      client.destroy()
    },
  }
}

interface Cluster {
  folder: string
  port: number
  monitorPort: number
  id: string
  daemons: Daemon[]
}

async function startMonitor(cluster: Cluster): Promise<void> {
  const { folder, monitorPort, id } = cluster
  const map = join(folder, 'monmap')
  const address = ['--addv', 'a', `[v1:127.0.0.1:${monitorPort}]`]
  await run(cluster, 'monmaptool', ['--create', ...address, '--fsid', id, map])
  await run(cluster, 'ceph-mon', ['--mkfs', '-i', 'a', '--monmap', map])
  await daemon(cluster, 'ceph-mon', ['-i', 'a', '-f'])
  await untilReady(cluster.daemons, START_UP, async () => {
    await run(cluster, 'ceph', ['--connect-timeout', '5', 'status'])
    return true
  })
}

async function startObjectStore(cluster: Cluster): Promise<void> {
  const uuid = randomUUID()
  await ask(cluster, ['osd', 'create', uuid, '0'])
  await run(cluster, 'ceph-osd', ['-i', '0', '--mkfs', '--osd-uuid', uuid])
  await daemon(cluster, 'ceph-osd', ['-i', '0', '-f'])
  await ask(cluster, ['osd', 'crush', 'add-bucket', 'here', 'host'])
  await ask(cluster, ['osd', 'crush', 'move', 'here', 'root=default'])
  await ask(cluster, ['osd', 'crush', 'add', 'osd.0', '1.0', 'host=here'])
}

/** Ask the monitor for something that it does once, however often it is asked: a young one refuses everybody at times. */
async function ask(cluster: Cluster, args: string[]): Promise<void> {
  await untilReady(cluster.daemons, START_UP, async () => {
    await run(cluster, 'ceph', args)
    return true
  })
}

async function daemon(cluster: Cluster, command: string, args: string[]): Promise<void> {
  cluster.daemons.push(
    await startDaemon(command, args, { folder: cluster.folder, env: environment(cluster) }),
  )
}

async function run(cluster: Cluster, command: string, args: string[]): Promise<void> {
  await runProgram(command, args, { env: environment(cluster), ms: COMMAND })
}

async function administer(cluster: Cluster, args: string[]): Promise<void> {
  await run(cluster, 'radosgw-admin', ['-n', 'client.rgw', ...args])
}

function environment({ folder }: Cluster): Record<string, string> {
  return { CEPH_CONF: join(folder, 'ceph.conf') }
}

function configuration({ folder, port, monitorPort, id }: Cluster): string {
  return `
[global]
fsid = ${id}
mon host = v1:127.0.0.1:${monitorPort}
public addr = 127.0.0.1
ms bind msgr2 = false
# Nobody but this machine can reach it.
auth cluster required = none
auth service required = none
auth client required = none
run dir = ${folder}
# The path of a socket may have 107 characters, which temporary folders of some systems use up.
admin socket =
log file = ${folder}/$name.log
# One object store keeps the only copy.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
[mon.a]
mon data = ${folder}/mon
[osd]
osd data = ${folder}/osd
osd objectstore = memstore
osd class update on start = false
osd crush update on start = false
[client.rgw]
rgw data = ${folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw thread pool size = 32
`
}
