// Reads manifests and queries that were changed at random, as a project does, on orders that come as messages.
import { outsideOf } from './watched-files.ts'
import fc from 'fast-check'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFamily } from '../../../packages/unplugin-onetoken/src/engine/family.ts'
import { openLineages } from '../../../packages/unplugin-onetoken/src/engine/lineages.ts'
import { describe } from '../../../packages/unplugin-onetoken/src/engine/problems.ts'
import { asOneTokenError } from '../../../packages/unplugin-onetoken/src/errors.ts'
import { loadProject, type Project } from '../../../packages/unplugin-onetoken/src/project/project.ts'
import { darkSpec, entrySpec, inlineSpec } from '../../../packages/unplugin-onetoken/src/project/specs.ts'
import { parseReference } from '../../../packages/unplugin-onetoken/src/spec/reference.ts'
import type { ImageSpec } from '../../../packages/unplugin-onetoken/src/spec/types.ts'
import { openFileStore } from '../../../packages/unplugin-onetoken/src/store/file-store.ts'

/** What is to be tried. */
export interface MutationOrder {
  root: string
  what: 'manifests' | 'queries'
  seeds: string[]
  pieces: string[]
  /** Paths that lead out of the project. */
  ways: string[]
  runs: number
  seed: number
}

/** What came of it: how many were read and refused, or the first one that neither is right for. */
export type MutationReport = { read: number; refused: number } | { failure: string }

/** Seconds of the processor that a file of this length can take at most. */
const LIMIT = 1

const MOST_ENTRIES = 40

async function identifyAll(project: Project, specs: Iterable<() => ImageSpec | undefined>): Promise<void> {
  const store = openFileStore(project.store)
  const family = createFamily({ project, store, lineages: openLineages(store) })
  for (const specOf of specs) {
    await told(async () => {
      const spec = specOf()
      if (spec !== undefined) await family.identify(spec)
    })
  }
}

/** Any error has to be one of ours, in words for people. */
async function told(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (thrown) {
    const error = asOneTokenError(thrown)
    if (error === undefined) throw thrown
    const text = describe(error, '/')
    if (/^\s+at .*:\d+:\d+\)?$/m.test(text))
      throw new Error(`A stack trace is told: ${text}`, { cause: thrown })
    if (/\p{Cc}/u.test(text.replaceAll('\n', '')))
      throw new Error(`Control characters are told: ${JSON.stringify(text)}`, { cause: thrown })
    return false
  }
}

async function readManifest(root: string, text: string): Promise<boolean> {
  await writeFile(join(root, 'images.yaml'), text)
  return await told(async () => {
    const project = await loadProject({ root, mode: 'production', env: {} })
    const names = [...project.entries.keys()].slice(0, MOST_ENTRIES)
    await identifyAll(
      project,
      names.flatMap((name) => [() => entrySpec(project, name), () => darkSpec(project, name)]),
    )
  })
}

async function readQuery(project: Project, text: string): Promise<boolean> {
  return await told(async () => {
    const reference = parseReference(`virtual:onetoken${text}`)
    if (reference.kind === 'manifest') return
    await identifyAll(project, [
      () =>
        reference.kind === 'inline'
          ? inlineSpec(project, reference.parameters, project.root)
          : entrySpec(project, reference.name, reference.parameters),
    ])
  })
}

const PATHS = /(?:photos|masks)\/[^"\s,\];&]*/g

/** A text with some of it taken out, doubled, or other pieces put in, and with other paths. */
function mutated({ seeds, pieces, ways }: MutationOrder): fc.Arbitrary<string> {
  const way = fc.tuple(fc.constantFrom(...ways), fc.constantFrom('', '', ...pieces), fc.nat({ max: 5 }))
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat({ max: 12 }),
    kind: fc.constantFrom('remove', 'double', 'insert', 'replace'),
    piece: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...pieces) },
      { weight: 1, arbitrary: fc.string() },
    ),
  })
  return fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(change, { maxLength: 4 }),
      fc.array(fc.option(way), { minLength: 12, maxLength: 12 }),
    )
    .map(([original, changes, paths]) => {
      let index = 0
      const seed = original.replaceAll(PATHS, (path) => {
        const [to, piece, at] = paths[index++ % paths.length] ?? [path, '', 0]
        return to.slice(0, at) + piece + to.slice(at)
      })
      return changes.reduce((text, { at, length, kind, piece }) => {
        const from = Math.floor(at * text.length)
        const part = text.slice(from, from + length)
        const put = { remove: '', double: part + part, insert: piece + part, replace: piece }[kind]
        return text.slice(0, from) + put + text.slice(from + length)
      }, seed)
    })
}

async function run(order: MutationOrder): Promise<MutationReport> {
  const { root, what, runs, seed } = order
  const report = { read: 0, refused: 0 }
  const project = what === 'queries' ? await loadProject({ root, mode: 'production', env: {} }) : undefined
  // Seeds that are refused as they are would make all others refused for the same reason.
  for (const text of order.seeds) {
    const isRead = project === undefined ? await readManifest(root, text) : await readQuery(project, text)
    if (!isRead) return { failure: `The seed is refused: ${text}` }
  }
  const property = fc.asyncProperty(mutated(order), async (text) => {
    const before = process.cpuUsage()
    let isRead = false
    const outside = await outsideOf(root, async () => {
      isRead = project === undefined ? await readManifest(root, text) : await readQuery(project, text)
    })
    if (outside.length > 0) throw new Error(`Looked at outside of the project: ${outside.join(', ')}`)
    const { user, system } = process.cpuUsage(before)
    if ((user + system) / 1e6 > LIMIT) throw new Error(`It took ${(user + system) / 1e6} s`)
    report[isRead ? 'read' : 'refused'] += 1
  })
  try {
    await fc.assert(property, { numRuns: runs, seed })
    return report
  } catch (error) {
    return { failure: String(error) }
  }
}

process.on('message', (order: MutationOrder) => {
  void run(order)
    .catch((error: unknown) => ({ failure: String(error) }))
    .then((report) => process.send?.(report))
})
