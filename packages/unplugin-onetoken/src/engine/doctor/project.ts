import { relative, resolve } from 'node:path'
import { asOneTokenError, type OneTokenError } from '../../errors.ts'
import { readManifests } from '../../project/manifest-files.ts'
import { loadProject, projectEnvironment } from '../../project/project.ts'
import { readSettingsFile, type SettingsFile } from '../../project/settings-file.ts'
import { resolveSettings } from '../../spec/resolve-settings.ts'
import { dollars } from '../../render/pricing.ts'
import { visible } from '../../spec/text.ts'
import { placeText } from '../problems.ts'
import { bundlersOf, readPackage, usesOf } from '../project-bundlers.ts'
import { decideFor } from '../renders.ts'
import { count } from '../summary.ts'
import type { Diagnosis, DoctorCheck, DoctorFacts, DoctorOptions } from './types.ts'

/** Read the project as far as that goes: what is wrong with it is told, one line each. */
export async function readProject(
  options: DoctorOptions,
): Promise<Omit<DoctorFacts, 'options'> & { diagnoses: Diagnosis[] }> {
  const { root, config } = options
  const diagnoses: Diagnosis[] = []
  let isSaid = false
  const tell = (about: string, thrown: unknown): undefined => {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    isSaid = true
    diagnoses.push(problemOf(about, error, root))
  }
  const file = await readSettingsFile(root, config).catch((thrown: unknown) => tell('settings', thrown))
  if (!isSaid) diagnoses.push(settingsFound(file, root))
  const settings = resolveSettings(file?.settings ?? {})
  const manifests = await readManifests(root, settings.manifest).catch((thrown: unknown) =>
    tell('manifest', thrown),
  )
  // What is wrong with the environment is told with the key.
  const canLoad = await projectEnvironment(options).then(
    () => !isSaid,
    () => false,
  )
  const project = canLoad
    ? await loadProject(options).catch((thrown: unknown) => tell('settings', thrown))
    : undefined
  if (manifests !== undefined) {
    const entries = manifests.reduce((sum, manifest) => sum + manifest.entries.length, 0)
    const names = manifests.map((manifest) => visible(relative(root, manifest.file))).join(', ')
    const text = manifests.length === 0 ? 'none' : `${names} (${count(entries, 'entry', 'entries')})`
    diagnoses.push({ about: 'manifest', mark: 'ok', text })
  }
  return { project, store: project?.store ?? resolve(root, settings.store), diagnoses }
}

function settingsFound(file: SettingsFile | undefined, root: string): Diagnosis {
  const text =
    file === undefined
      ? 'no onetoken.config file; the defaults, or what the manifest says'
      : visible(relative(root, file.file))
  return { about: 'settings', mark: 'ok', text }
}

/** An error on one line. */
function problemOf(about: string, { message, place, hint }: OneTokenError, root: string): Diagnosis {
  const [line = ''] = message.split('\n', 1)
  const where = place === undefined ? '' : `${placeText(place, root)} `
  return { about, mark: 'problem', text: `${where}${line}`, hint }
}

/** What a production build here would do about a render that is missing. */
export const checkSpending: DoctorCheck = async ({ project }) => {
  if (project === undefined) return []
  if (!(await mayBuild(project.root))) {
    const text = 'renders nothing: no file in this folder uses a plugin of unplugin-onetoken'
    const hint =
      'Pictures come from "onetoken export" then, which fails when a render is missing. Render before it: npx --no-install onetoken render'
    return [{ about: 'a build here', mark: 'note', text, hint }]
  }
  const { budget } = project.settings
  const decision = decideFor(project, { purpose: 'build' })
  if (decision.spend) {
    const most = Number.isFinite(budget.renders) ? ` and ${count(budget.renders, 'render')}` : ''
    const text = `renders what is missing, for at most ${dollars(budget.cost)}${most} a run`
    return [{ about: 'a build here', mark: 'ok', text }]
  }
  const { instead, why, hint } = decision
  const what =
    instead === 'placeholder'
      ? 'shows placeholders for renders that are missing'
      : 'fails when a render is missing'
  return [{ about: 'a build here', mark: 'note', text: `${what}: ${why}`, hint }]
}

/** Whether a bundler may ask for pictures here: one that has the plugin, or one whose files may lie elsewhere. */
async function mayBuild(root: string): Promise<boolean> {
  if ((await usesOf(root)).length > 0) return true
  const found = await readPackage(root)
  // Next.js brings bundlers of its own, in which there is no place for the plugin.
  return found !== undefined && !Object.hasOwn(found.dependencies, 'next') && bundlersOf(found).length > 0
}
