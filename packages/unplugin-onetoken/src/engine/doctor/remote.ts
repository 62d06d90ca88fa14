import { randomUUID } from 'node:crypto'
import { asOneTokenError } from '../../errors.ts'
import { isLoopback, PRETEND } from '../../spec/loopback.ts'
import { visible } from '../../spec/text.ts'
import { reasonOf } from '../../store/messages.ts'
import { openUploads } from '../../store/uploads.ts'
import { layoutOf } from '../../store/layout.ts'
import type { Remote } from '../../store/remote/types.ts'
import type { Diagnosis, DoctorCheck } from './types.ts'

const about = 'remote store'

/** Whether the remote store of the settings can be read, and written where it is to be. */
export const checkRemote: DoctorCheck = async ({ project, store, options: { offline } }) => {
  if (project === undefined) return []
  const { settings, environment, provider } = project
  if (settings.remote === undefined) return [{ about, mark: 'ok', text: 'none' }]
  const { url, write } = settings.remote
  const isFrozen = (environment.frozen ?? settings.frozen) === true
  const isPretend = provider === PRETEND && !isLoopback(settings.remote.endpoint ?? url)
  const unwritten = isFrozen
    ? 'rendering is frozen'
    : isPretend
      ? 'the API on this machine makes pretend pictures'
      : undefined
  const isWritten = write && unwritten === undefined
  const does = isWritten
    ? 'read and written'
    : ['read', ...(write ? [`and not written, as ${unwritten}`] : [])].join(', ')
  const found: Diagnosis[] = [{ about, mark: 'ok', text: `${visible(url)}, which is ${does}` }]
  const waiting = (await openUploads(layoutOf(store).cache).all()).length
  if (waiting > 0) {
    const what = waiting === 1 ? '1 render waits' : `${waiting} renders wait`
    found.push({
      about,
      mark: 'note',
      text: `${what} to be put there`,
      hint: 'They go with the next run, or with: npx --no-install onetoken sync',
    })
  }
  if (offline) return found
  const { openRemote } = await import('../../store/shared.ts')
  const remote = openRemote(settings.remote, { authorization: environment.remoteAuthorization })
  try {
    return [...found, ...(await tryReading(remote)), ...(isWritten ? await tryWriting(remote) : [])]
  } finally {
    await remote.close()
  }
}

/** A name that nothing has. */
const absent = (): string => `claims/doctor-${randomUUID()}.json`

async function tryReading(remote: Remote): Promise<Diagnosis[]> {
  try {
    await remote.read(absent(), 1)
    return [{ about, mark: 'ok', text: 'can be read' }]
  } catch (thrown) {
    return [troubleOf(thrown)]
  }
}

/** Only writing tells whether it can be written, and whether it keeps the promise that of two who create one name one does. */
async function tryWriting(remote: Remote): Promise<Diagnosis[]> {
  const name = absent()
  try {
    await remote.create(name, Buffer.from(`${randomUUID()}\n`))
    const second = await remote.create(name, Buffer.from(`${randomUUID()}\n`))
    await remote.remove(name)
    if (second === 'exists') return [{ about, mark: 'ok', text: 'can be written' }]
    return [
      {
        about,
        mark: 'problem',
        text: 'can be written, but lets a second machine overwrite what the first one has put there',
        hint: 'It ignores If-None-Match. Let one machine write to it: two that render at once would both pay.',
      },
    ]
  } catch (thrown) {
    return [troubleOf(thrown)]
  }
}

function troubleOf(thrown: unknown): Diagnosis {
  return { about, mark: 'problem', text: reasonOf(thrown), hint: asOneTokenError(thrown)?.hint }
}
