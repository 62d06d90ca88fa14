import { reasonOf } from '../../store/messages.ts'
import { asOneTokenError } from '../../errors.ts'
import { tryEncoders } from '../../variants/index.ts'
import type { Diagnosis, DoctorCheck } from './types.ts'

/** The version of Node that runs, and that of this package. */
export const checkSystem: DoctorCheck = ({ options }) => {
  const { version, engines } = options.package
  const node = process.versions.node
  const fits = fitsRange(node, engines.node)
  return Promise.resolve([
    {
      about: 'Node',
      mark: fits ? 'ok' : 'problem',
      text: fits ? node : `${node}, which unplugin-onetoken does not run on`,
      hint: fits ? undefined : `Install a Node that fits ${engines.node}.`,
    },
    { about: 'unplugin-onetoken', mark: 'ok', text: version },
  ])
}

/** Whether sharp can be loaded, and does what pictures need. */
export const checkEncoders: DoctorCheck = async () => {
  try {
    const { sharp, libvips, encodes, fails } = await tryEncoders()
    const text = `${sharp} (libvips ${libvips}) encodes ${encodes.join(', ') || 'nothing'}`
    const failures = fails.map(({ format, why }): Diagnosis => ({
      about: 'sharp',
      mark: 'problem',
      text: `cannot encode ${format}: ${why}`,
      hint: 'Install the sharp that npm has for this platform: npm install --include=optional sharp',
    }))
    return [{ about: 'sharp', mark: 'ok', text }, ...failures]
  } catch (thrown) {
    return [{ about: 'sharp', mark: 'problem', text: reasonOf(thrown), hint: asOneTokenError(thrown)?.hint }]
  }
}

/** Whether a version fits a range of `^1.2.3` and `>=1.2.3`, with `||` between them. */
export function fitsRange(version: string, range: string): boolean {
  const numbers = numbersOf(version)
  return range.split('||').some((part) => {
    const least = numbersOf(part)
    if (compare(numbers, least) < 0) return false
    return part.trim().startsWith('>=') || numbers[0] === least[0]
  })
}

function numbersOf(version: string): number[] {
  return (/\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number)
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let place = 0; place < 3; place++) {
    const difference = (one[place] ?? 0) - (other[place] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
