import { dirname, isAbsolute, relative, sep } from 'node:path'
import type { Parameters } from '../spec/types.ts'
import type { Descriptor } from './descriptors.ts'

/**
 * The descriptor of an inline import. The importer's folder is part of it only where input pictures are relative
 * to it, and its package only below `node_modules`, so that equal words in several files are one module.
 */
export function inlineDescriptor(
  parameters: Parameters,
  importer: string | undefined,
  root: string,
): Extract<Descriptor, { kind: 'inline' }> {
  const [file = ''] = (importer ?? '').split('?', 1)
  const hasInputs = parameters.image !== undefined
  const base = hasInputs && isAbsolute(file) ? toPosix(relative(root, dirname(file))) : undefined
  return { kind: 'inline', parameters, base, package: packageOf(file) }
}

/** Name of the package that a file below `node_modules` belongs to. */
function packageOf(file: string): string | undefined {
  return /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file)?.[1]?.replace('\\', '/')
}

/** A path with `/` on every system. */
export function toPosix(path: string): string {
  return path.split(sep).join('/')
}
