import { resolve } from 'node:path'
import { SETTINGS_FILES } from '../project/settings-file.ts'
import { DEFAULT_MANIFEST_FILES } from '../spec/resolve-settings.ts'

/** Absolute paths of the files that a project may have and that decide about its pictures. */
export function projectFiles(root: string, mode: string): string[] {
  const env = ['.env', '.env.local', `.env.${mode}`, `.env.${mode}.local`]
  return [...SETTINGS_FILES, ...DEFAULT_MANIFEST_FILES, ...env].map((name) => resolve(root, name))
}
