import { dirname, isAbsolute, relative, sep } from 'node:path'
import type { Parameters } from '../spec/types.ts'
import type { Descriptor } from './descriptors.ts'
import { importingPackage } from './importing-package.ts'

/**
 * The descriptor of an inline import. The importer's folder is part of it only where input pictures are relative
 * to it, and its package only where it is not the project's own, so that equal words in several files are one module.
 */
export function inlineDescriptor(
  parameters: Parameters,
  importer: string | undefined,
  root: string,
): Extract<Descriptor, { kind: 'inline' }> {
  const [file = ''] = (importer ?? '').split('?', 1)
  const hasInputs = parameters.image !== undefined
  const base = hasInputs && isAbsolute(file) ? toPosix(relative(root, dirname(file))) : undefined
  return { kind: 'inline', parameters, base, package: importingPackage(file, root) }
}

/** A path with `/` on every system. */
export function toPosix(path: string): string {
  return path.split(sep).join('/')
}
