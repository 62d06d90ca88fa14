import { canonicalJson, type JsonValue } from '../canonical-json.ts'
import { applyEdits, type Edit } from '../edit.ts'
import { asOneTokenError, OneTokenError, type Place } from '../errors.ts'
import { entryNameRule, isEntryName } from './entry-name.ts'
import { addEntry } from './manifest-add.ts'
import { parseManifest } from './manifest.ts'
import { canonicalName, checkParameter } from './parameters.ts'
import { quote, visible } from './text.ts'
import { insertPair, removePair, setValue, styleIn, type YamlSource } from './yaml-edit.ts'
import { formatPair, formatValue } from './yaml-format.ts'
import { asMap, pairsOf, topMap, type MapToken } from './yaml-tokens.ts'
import { parseYaml, type YamlFile } from './yaml.ts'

/** One change of a manifest. Names of entries are those of the file, without the prefix of its name space. */
export type ManifestChange =
  | { kind: 'set'; entry: string; parameter: string; value: JsonValue }
  | { kind: 'remove'; entry: string; parameter: string }
  | { kind: 'add'; entry: string; parameters: Readonly<Record<string, JsonValue>> }

/** A manifest after a change. */
export interface EditedManifest {
  text: string
  /** Line of the change, from 1: of what was set or added, or of what has gone. */
  line: number
}

type Entries = Readonly<Record<string, Readonly<Record<string, JsonValue>>>>

/**
 * Change the text of a manifest where it has to be changed and nowhere else: comments, order, quotes, line breaks and
 * all other values stay byte for byte. What comes out is read again and compared with what it should say.
 * Throws `MANIFEST_EDIT` when that cannot be done, and what is wrong with the manifest as it is, or with the new value.
 */
export function editManifest(text: string, file: string, change: ManifestChange): EditedManifest {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const old = text.slice(mark.length)
  parseManifest(old, file)
  const before = parseYaml(old, file, 'MANIFEST_INVALID')
  const wanted = change.kind === 'add' ? change : writtenAs(change, entriesOf(before))
  const place = before.locate(['images', wanted.entry], 'name')
  checkChange(wanted, entriesOf(before), place)
  const edits = editsOf(old, wanted)
  if (!Array.isArray(edits)) throw byHand(wanted, place, edits)
  const changed = applyEdits(old, edits)
  const after = readAgain(changed, file, (cause) => byHand(wanted, place, brokenBy(wanted.entry, cause)))
  const others = differences(before, after, wanted)
  if (others.length > 0) throw byHand(wanted, place, alsoChanges(wanted.entry, others))
  const where = wanted.kind === 'add' ? [wanted.entry] : [wanted.entry, wanted.parameter]
  const { line = 1 } = (wanted.kind === 'remove' ? before : after).locate(['images', ...where], 'name')
  return { text: mark + changed, line }
}

function entriesOf({ value }: YamlFile): Entries {
  return (value as { images?: Entries | null }).images ?? {}
}

/** The same change of the parameter by the name that the entry has for it, as in `w` for `widths`. */
function writtenAs<Change extends Exclude<ManifestChange, { kind: 'add' }>>(
  change: Change,
  entries: Entries,
): Change {
  const canonical = canonicalName(change.parameter) ?? change.parameter
  const isSame = (name: string): boolean => (canonicalName(name) ?? name) === canonical
  const parameters = Object.hasOwn(entries, change.entry) ? entries[change.entry] : undefined
  return { ...change, parameter: Object.keys(parameters ?? {}).find(isSame) ?? change.parameter }
}

function checkChange(change: ManifestChange, entries: Entries, place: Place): void {
  const { kind, entry } = change
  const isThere = Object.hasOwn(entries, entry)
  if (kind === 'add' && isThere) {
    throw new OneTokenError('MANIFEST_EDIT', `There is an entry ${quote(entry)} already.`, { place })
  }
  if (kind !== 'add' && !isThere) {
    const { file } = place
    throw new OneTokenError('UNKNOWN_ENTRY', `There is no entry ${quote(entry)} in it.`, { place: { file } })
  }
  if (kind === 'add' && !isEntryName(entry)) {
    const message = `${quote(entry)} cannot be the name of an entry.`
    throw new OneTokenError('MANIFEST_INVALID', message, { hint: entryNameRule(entry) })
  }
  const values =
    kind === 'add' ? change.parameters : kind === 'set' ? { [change.parameter]: change.value } : {}
  for (const [written, value] of Object.entries(values)) {
    const name = canonicalName(written)
    if (name !== undefined) checkParameter(name, value, written)
  }
}

function editsOf(text: string, change: ManifestChange): Edit[] | Refusal {
  const refusal = {
    why: `The entry ${quote(change.entry)} is written in a way that no command can change.`,
    todo: 'Do it by hand,',
  }
  const top = topMap(text)
  if (top === undefined) return refusal
  const images = pairsOf(top).find(({ name }) => name === 'images')?.value
  if (images?.type === 'alias') return aliasOf('"images" is')
  const map = asMap(images)
  const source: YamlSource = {
    text,
    isJson: isJson(text),
    step: (map?.type === 'block-map' && map.indent) || 2,
  }
  if (change.kind === 'add') return addEntry(source, top, change)
  const entry = map && pairsOf(map).find(({ name }) => name === change.entry)?.value
  if (entry?.type === 'alias') return aliasOf(`The entry ${quote(change.entry)} is`)
  const parameters = asMap(entry)
  return (parameters && editsOfEntry(source, parameters, change)) ?? refusal
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function editsOfEntry(
  source: YamlSource,
  map: MapToken,
  change: Exclude<ManifestChange, { kind: 'add' }>,
): Edit[] | undefined {
  const pair = pairsOf(map).find(({ name }) => name === change.parameter)
  if (change.kind === 'remove') return pair === undefined ? [] : removePair(source, map, pair)
  if (pair !== undefined) return setValue(source, map, pair, change.value)
  const style = styleIn(source, map)
  const { head, body } = formatValue(change.value, style)
  const name = style.isJson ? JSON.stringify(change.parameter) : change.parameter
  return insertPair(source, map, `${name}: ${head}${body}`)
}

function readAgain(text: string, file: string, fail: (cause: OneTokenError) => OneTokenError): YamlFile {
  try {
    parseManifest(text, file)
    return parseYaml(text, file, 'MANIFEST_INVALID')
  } catch (thrown) {
    const cause = asOneTokenError(thrown)
    throw cause === undefined ? thrown : fail(cause)
  }
}

/** Names of what is not as it should be after the change; `''` for what is no entry. */
function differences(before: YamlFile, after: YamlFile, change: ManifestChange): string[] {
  const { images: _, ...rest } = before.value as Record<string, unknown>
  const { images: __, ...restAfter } = after.value as Record<string, unknown>
  const expected = expectedOf(entriesOf(before), change)
  const found = entriesOf(after)
  const names = new Set([...Object.keys(expected), ...Object.keys(found)])
  const isOther = (name: string): boolean => canonicalJson(expected[name]) !== canonicalJson(found[name])
  return [...(canonicalJson(rest) === canonicalJson(restAfter) ? [] : ['']), ...[...names].filter(isOther)]
}

function expectedOf(entries: Entries, change: ManifestChange): Entries {
  const { kind, entry } = change
  if (kind === 'add') return { ...entries, [entry]: change.parameters }
  const { [change.parameter]: _, ...others } = entries[entry] ?? {}
  return { ...entries, [entry]: kind === 'set' ? { ...others, [change.parameter]: change.value } : others }
}

/** Why nothing is written, and what is to be written instead. */
interface Refusal {
  why: string
  /** Comes before the words that are to be written. */
  todo: string
  cause?: OneTokenError
}

function aliasOf(subject: string): Refusal {
  return {
    why: `${subject} an alias: a change of it would be one of what it stands for.`,
    todo: 'In place of the alias, write out what it stands for, and',
  }
}

function brokenBy(entry: string, cause: OneTokenError): Refusal {
  return {
    why: `The entry ${quote(entry)} cannot be changed alone. The manifest would be wrong then: ${cause.message}`,
    todo: 'Do it by hand, with what goes along with it,',
    cause,
  }
}

function alsoChanges(entry: string, others: readonly string[]): Refusal {
  const names = others.filter((name) => name !== '' && name !== entry).map((name) => quote(name))
  const what = names.length > 0 ? `${names.join(', ')} as well, by an alias` : 'something else as well'
  return {
    why: `A change of ${quote(entry)} would be one of ${what}.`,
    todo: 'If that is meant, do it by hand,',
  }
}

function byHand(change: ManifestChange, place: Place, { why, todo, cause }: Refusal): OneTokenError {
  const style = { isJson: false, inFlow: false }
  const { kind, entry } = change
  const words =
    kind === 'add'
      ? `below "images": ${formatPair(entry, { ...change.parameters }, style)}`
      : kind === 'set'
        ? `below ${quote(entry)}: ${formatPair(change.parameter, change.value, style)}`
        : `below ${quote(entry)}, take out ${change.parameter}`
  return new OneTokenError('MANIFEST_EDIT', why, {
    hint: `Nothing was written. ${todo} ${visible(words)}`,
    place,
    cause,
  })
}
