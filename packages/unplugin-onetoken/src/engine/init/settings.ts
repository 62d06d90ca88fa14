import { relative } from 'node:path'
import { visible } from '../../spec/text.ts'
import { toPosix } from '../references.ts'
import { exists } from './installed.ts'
import type { HandWork, InitFacts, InitStep } from './types.ts'

/** The settings: what everybody should have chosen, the model above all. */
export const planSettings: InitStep = async (facts) => {
  const there = placeOfSettings(facts)
  if (there !== undefined) {
    const file = { file: there, action: 'keep' as const, about: 'the settings are there' }
    return { files: [file], todo: lackingRemote(facts, there) }
  }
  const created = {
    file: facts.isTyped ? 'onetoken.config.ts' : 'onetoken.config.mjs',
    action: 'create' as const,
    about: 'the settings, with the model pinned',
    text: settingsText(facts, await isBegun(facts)),
  }
  return { files: [created], todo: packageOfS3(facts) }
}

/** Whether renders of this machine will go into a remote store, when all is written. */
export function writesToRemote(facts: InitFacts): boolean {
  const { options, project } = facts
  if (placeOfSettings(facts) !== undefined) return project.settings.remote?.write === true
  return options.remote !== undefined && isS3(options.remote)
}

/**
 * Settings at the top of a manifest: beside most of them, a file of settings would be a mistake. Beside `defaults` and
 * `styles` it would take them from imports, each of which would be another render then.
 */
function placeOfSettings({ project }: InitFacts): string | undefined {
  const { root, files, manifests } = project
  const path = (file: string): string => toPosix(relative(root, file))
  const file = files.find((one) => !manifests.some((manifest) => manifest.file === one))
  if (file !== undefined) return path(file)
  const holder = manifests.find(({ settings }) => Object.keys(settings).length > 0)
  return holder === undefined ? undefined : path(holder.file)
}

/** Whether there may be renders already. Other defaults would make all of them missing, and cost as much again. */
async function isBegun({ project }: InitFacts): Promise<boolean> {
  return project.manifests.length > 0 || (await exists(project.store))
}

function lackingRemote(facts: InitFacts, file: string): HandWork[] {
  const { remote } = facts.options
  if (remote === undefined) return []
  const own = facts.project.settings.remote?.url
  if (own === remote.trim().replace(/\/+$/, '')) return packageOfS3(facts)
  const where = visible(file)
  const text =
    own === undefined ? `Add the remote store to ${where}:` : `Change the remote store in ${where} to:`
  return [{ text, code: remoteLine(remote, file) }, ...packageOfS3(facts)]
}

function packageOfS3({ options: { remote = '' }, package: { dependencies } }: InitFacts): HandWork[] {
  if (!isS3(remote) || Object.hasOwn(dependencies, '@aws-sdk/client-s3')) return []
  return [{ text: 'Install what talks to S3:', code: 'npm install --save-dev @aws-sdk/client-s3' }]
}

const isS3 = (remote: string): boolean => /^\s*s3:/i.test(remote)

/** A bucket takes what is rendered here; of a web server it is not known whether it does. */
function remoteValue(remote: string): string {
  const url = remote.trim()
  const quoted = /['\\]|[^!-~]/.test(url) ? JSON.stringify(url) : `'${url}'`
  return `{ url: ${quoted}, write: ${isS3(remote)} }`
}

/** As the language of the settings wants it. */
function remoteLine(remote: string, file: string): string {
  if (/\.ya?ml$/.test(file)) return `remote: ${remoteValue(remote)}`
  if (!file.endsWith('.json')) return `remote: ${remoteValue(remote)},`
  return `"remote": { "url": ${JSON.stringify(remote.trim())}, "write": ${isS3(remote)} }`
}

function settingsText({ options: { remote } }: InitFacts, isBegun: boolean): string {
  const defaults = [
    '  // Of every picture that does not say otherwise. Without a quality, the highest price counts.',
    `  defaults: { size: '1536x1024', quality: 'medium', formats: ['avif', 'webp'], widths: [480, 960, 1536] },`,
  ]
  const shared = [
    '  // Renders go there (with "write"), and come from there. A build where CI is set and that can write there renders',
    '  // what is missing, when it has a key.',
    `  remote: ${remoteValue(remote ?? '')},`,
  ]
  return [
    `import { defineConfig } from 'unplugin-onetoken'`,
    '',
    'export default defineConfig({',
    '  // Pinned: another model is another render of every picture.',
    `  model: 'gpt-image-2',`,
    ...(isBegun ? [] : defaults),
    '  // Dollars that one run may spend at the most.',
    '  budget: { cost: 2 },',
    ...(remote === undefined ? [] : shared),
    '})',
    '',
  ].join('\n')
}
