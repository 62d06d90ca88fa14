import { renderKey } from '../spec/key.ts'
import { PRETEND } from '../spec/loopback.ts'
import type { RenderStore } from '../store/file-store.ts'
import { isOwn, type RenderRecord } from '../store/record.ts'
import type { Engine } from './engine.ts'
import { createFamily } from './family.ts'
import { lineageOf } from './identify.ts'
import { openLineages, recordLineage, standIn } from './lineages.ts'
import { survey, type PlannedRender } from './survey.ts'

/**
 * What is planned by its keys, for each provider of the store: with an API on loopback, bought renders look unused, and
 * pretend ones without.
 */
export function wantedKeys(
  planned: readonly PlannedRender[],
  records: readonly RenderRecord[],
  current: string,
): Map<string, PlannedRender> {
  const providers = new Set([PRETEND, ...records.map(({ provider }) => provider)])
  const lineages = keysByLineage(records)
  const keysOf = ({ key, uses = key, identified }: PlannedRender): string[] => {
    const { spec, digests, waitsFor } = identified
    if (spec.render.parent === undefined) {
      return [key, uses, ...[...providers].map((provider) => renderKey(spec.render, digests, provider))]
    }
    // Which picture of its parent an edit has with another provider is not known, nor what it was called: any of them
    // may be wanted.
    const inputs = waitsFor === undefined ? digests.slice(1) : digests
    const others = [...providers].filter((provider) => provider !== current)
    const all = others.map((provider) => lineageOf({ ...spec.render, edit: ANY, provider, inputs }))
    return [key, uses, ...all.flatMap((lineage) => lineages.get(lineage) ?? [])]
  }
  const byName = new Map(planned.flatMap((one) => one.names.map((name) => [name, one] as const)))
  const own = records.flatMap((record) => {
    const one = byName.get(record.name ?? '')
    const isWanted = one !== undefined && isOwn(record) && record.provider !== current
    return isWanted ? [[record.key, one] as const] : []
  })
  return new Map([...own, ...planned.flatMap((one) => keysOf(one).map((key) => [key, one] as const))])
}

/** In the place of a parent's name. */
const ANY = ''

function keysByLineage(records: readonly RenderRecord[]): Map<string, string[]> {
  const keys = new Map<string, string[]>()
  for (const record of records) {
    const lineage = recordLineage(record, ANY)
    if (lineage !== undefined) keys.set(lineage, [...(keys.get(lineage) ?? []), record.key])
  }
  return keys
}

/** How messages call what asks for a render now; `false` where nothing does, undefined where that is not known. */
export type WantedBy = (key: string, label: string | undefined) => Promise<string | false | undefined>

/** Find out what asks for renders, when the first of them is asked about. Asks no remote store. */
export function openWantedBy(engine: Engine): WantedBy {
  let looking: Promise<WantedNow> | undefined
  return async (key, label) => {
    const { wanted, entries, isAll } = await (looking ??= lookAround(engine))
    const render = wanted.get(key)
    if (render !== undefined) return render.names[0] ?? render.spec.label
    // Whatever cannot be read elsewhere: this entry asks for another one.
    return isAll || (label !== undefined && entries.has(label)) ? false : undefined
  }
}

interface WantedNow {
  wanted: Map<string, PlannedRender>
  /** Names of the entries that could be read. */
  entries: { has(name: string): boolean }
  /** Whether nothing else asks for a render. */
  isAll: boolean
}

async function lookAround(engine: Engine): Promise<WantedNow> {
  const { local } = await engine.store()
  const project = await engine.project()
  const lineages = openLineages(local)
  const here = createFamily({ project, store: local, lineages })
  // Which record is used, and no look at its pictures: what is damaged would be brought from the remote store.
  const stateOf: Engine['stateOf'] = async (identified) => {
    const lookup = await local.find(identified.key)
    const isRefusal = lookup.state === 'found' && lookup.record.images.length === 0
    if (lookup.state !== 'missing' && !isRefusal) return { state: 'cached' }
    return { state: 'missing', uses: (await standIn(lineages, project.provider, identified))?.key }
  }
  const { renders, problems, entries } = await survey({ ...engine, family: async () => here, stateOf })
  const isAll = problems.length === 0 && renders.length > 0 && project.settings.allowPackages.length === 0
  return { wanted: wantedKeys(renders, await readable(local), project.provider), entries, isAll }
}

async function readable(store: RenderStore): Promise<RenderRecord[]> {
  const records: RenderRecord[] = []
  for (const key of await store.keys()) {
    const lookup = await store.find(key)
    if (lookup.state === 'found') records.push(lookup.record)
  }
  return records
}
