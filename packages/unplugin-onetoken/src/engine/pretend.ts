import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../project/project.ts'
import { renderKey } from '../spec/key.ts'
import { PRETEND } from '../spec/loopback.ts'
import { visible } from '../spec/text.ts'
import { layoutOf } from '../store/layout.ts'
import type { IdentifiedSpec } from './identify.ts'

/** Whether a pretend picture is there of a render that is missing. Looks for one file, and asks nobody. */
export async function hasPretend(
  { provider, store }: Pick<Project, 'provider' | 'store'>,
  { spec, digests, waitsFor }: IdentifiedSpec,
): Promise<boolean> {
  if (provider === PRETEND || waitsFor !== undefined) return false
  const file = join(layoutOf(store).records, `${renderKey(spec.render, digests, PRETEND)}.json`)
  return access(file).then(
    () => true,
    () => false,
  )
}

const MOST_NAMED = 12

/** That there are pretend pictures of what is missing, and when they are used; undefined when there are none. */
export function pretendText(labels: readonly string[]): string | undefined {
  if (labels.length === 0) return undefined
  const more = labels.length > MOST_NAMED ? ` and ${labels.length - MOST_NAMED} more` : ''
  const names = `${labels.slice(0, MOST_NAMED).map(visible).join(', ')}${more}`
  const [what, they] = labels.length === 1 ? ['A pretend picture', 'it is'] : ['Pretend pictures', 'they are']
  return `${what} of ${names} ${labels.length === 1 ? 'is' : 'are'} there, by a look-alike of the API: ${they} used while ONETOKEN_BASE_URL is an address of this machine, such as http://127.0.0.1:8787.`
}
