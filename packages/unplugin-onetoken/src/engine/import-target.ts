import { dirname, relative } from 'node:path'
import { asOneTokenError, OneTokenError } from '../errors.ts'
import type { PrefixedManifest } from '../project/manifest-files.ts'
import type { Project } from '../project/project.ts'
import { entrySpec } from '../project/specs.ts'
import { entryNameRule, isEntryName } from '../spec/entry-name.ts'
import { normalizeText, quote, quotePath } from '../spec/text.ts'
import type { ImageSpec } from '../spec/types.ts'
import { planChange, type PlannedChange } from './manifest-change.ts'
import {
  isDarkName,
  namedPicture,
  ownName,
  pictureNames,
  planParameters,
  specWith,
  type NamedPicture,
} from './named-picture.ts'
import { formerPick } from './reachable-pick.ts'

/** The entry that gets a picture, and what has to be changed for it. */
export interface ImportTarget {
  spec: ImageSpec
  change: PlannedChange | undefined
  isNew: boolean
  /** The `pick` that the change takes out. */
  formerPick: number | undefined
}

/** What a new entry says, and where it goes. */
export interface NewEntryOptions {
  prompt?: string | undefined
  alt?: string | undefined
  /** Absolute path. @default the only manifest */
  manifest?: string | undefined
}

/** Find the entry that a picture is for, or plan to add it. */
export async function importTarget(
  project: Project,
  name: string,
  options: NewEntryOptions,
): Promise<ImportTarget> {
  return pictureNames(project).includes(name)
    ? await ownTarget(project, namedPicture(project, name), options)
    : await newTarget(project, name, options)
}

/** A picture of the user is one picture: another "pick" has to go. */
async function ownTarget(
  project: Project,
  picture: NamedPicture,
  options: NewEntryOptions,
): Promise<ImportTarget> {
  const { name, entry, isDark, spec } = picture
  for (const parameter of ['prompt', 'alt'] as const) {
    const words = options[parameter]
    if (words === undefined || (!isDark && normalizeText(words) === entry.parameters[parameter])) continue
    throw new OneTokenError(
      'USAGE',
      `--${parameter} is for an entry that is not there yet, and ${quote(name)} is there.`,
      { hint: `Leave it out, or change "${parameter}" in the manifest first.`, place: entry.place },
    )
  }
  const former = formerPick(picture, 1)
  if (former === undefined) return { spec, change: undefined, isNew: false, formerPick: undefined }
  return {
    spec: specWith(project, entry, former.parameters),
    change: await planParameters(entry, former.change),
    isNew: false,
    formerPick: former.number,
  }
}

async function newTarget(
  project: Project,
  name: string,
  { prompt, alt, manifest: path }: NewEntryOptions,
): Promise<ImportTarget> {
  if (isDarkName(name)) namedPicture(project, name)
  // An entry of the same name would take the place of the group in commands.
  const group = `${name.replace(/\/\*{0,2}$/, '')}/`
  if ([...project.entries.keys()].some((one) => one.startsWith(group))) entrySpec(project, name)
  if (!isEntryName(name)) {
    throw new OneTokenError('MANIFEST_INVALID', `${quote(name)} cannot be the name of an entry.`, {
      hint: entryNameRule(name),
    })
  }
  if (prompt === undefined || project.manifests.length === 0) throw unknownEntry(project, name)
  const manifest = path === undefined ? onlyManifest(project, name) : manifestAt(project, path)
  const { file, prefix } = manifest
  if (prefix !== undefined && !name.startsWith(`${prefix}/`)) {
    throw new OneTokenError(
      'USAGE',
      `The names of entries in ${shown(project, file)} begin with ${quote(`${prefix}/`)}.`,
      {
        hint: `Call it ${prefix}/${name}, or name another manifest with --manifest.`,
      },
    )
  }
  const parameters = {
    prompt: normalizeText(prompt),
    ...(alt === undefined ? {} : { alt: normalizeText(alt) }),
  }
  const entry = { name, parameters, place: { file }, manifest, base: dirname(file) }
  // Told first: a manifest with an empty prompt in it could not be read.
  const spec = specWith(project, entry, parameters)
  return {
    spec,
    change: await planChange(file, { kind: 'add', entry: ownName(entry), parameters }),
    isNew: true,
    formerPick: undefined,
  }
}

/** Says also how the entry is added. */
function unknownEntry(project: Project, name: string): OneTokenError {
  try {
    entrySpec(project, name)
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined || project.manifests.length === 0) throw thrown
    const add = `To add it: npx --no-install onetoken import ${name} FILE --prompt "…"`
    return new OneTokenError(error.code, error.message, { hint: `${error.hint ?? ''}\n${add}`.trim() })
  }
  throw new TypeError(`${name} is an entry`)
}

function onlyManifest(project: Project, name: string): PrefixedManifest {
  const { manifests } = project
  const spaces = manifests.filter(({ prefix }) => prefix !== undefined && name.startsWith(`${prefix}/`))
  const [manifest, ...others] = spaces.length > 0 ? spaces : manifests
  if (manifest !== undefined && others.length === 0) return manifest
  throw new OneTokenError('USAGE', `There are several manifests that ${quote(name)} can go into.`, {
    hint: `Name one of them, as in: --manifest ${manifestNames(project)[0]}. They are ${manifestNames(project).join(', ')}.`,
  })
}

function manifestAt(project: Project, path: string): PrefixedManifest {
  const manifest = project.manifests.find(({ file }) => file === path)
  if (manifest !== undefined) return manifest
  throw new OneTokenError('USAGE', `${quotePath(path)} is no manifest of the project.`, {
    hint: `They are ${manifestNames(project).join(', ')}.`,
  })
}

function manifestNames(project: Project): string[] {
  return project.manifests.map(({ file }) => shown(project, file))
}

function shown({ root }: Project, file: string): string {
  return quotePath(relative(root, file)).slice(1, -1)
}
