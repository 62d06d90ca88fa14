// Keeps all renders of the manifest in a folder, as if they had been paid for, parents first. For test/bench/plan.mjs.
// The sources are imported as they are: the package has no entry for its store.
import { createHash } from 'node:crypto'
import { createFamily } from '../../packages/unplugin-onetoken/src/engine/family.ts'
import { openLineages } from '../../packages/unplugin-onetoken/src/engine/lineages.ts'
import { loadProject } from '../../packages/unplugin-onetoken/src/project/project.ts'
import { openFileStore } from '../../packages/unplugin-onetoken/src/store/file-store.ts'

const project = await loadProject({ root: process.argv[2], mode: 'production', env: {} })
const store = openFileStore(project.store)
const kept = new Set()

/** Stands in for a picture: it begins like a PNG, and no two of them are equal. */
function pictureOf(name) {
  const digest = createHash('sha512').update(name).digest()
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), digest])
}

async function keep(name) {
  if (kept.has(name)) return
  kept.add(name)
  const parent = project.entries.get(name).parameters.edit
  if (parent !== undefined) await keep(parent)
  const { key, spec, digests } = await createFamily({ project, store, lineages: openLineages(store) }).entry(
    name,
  )
  const bytes = pictureOf(name)
  const { sha256 } = await store.putImage(bytes, 'png')
  await store.putRecord({
    version: 1,
    key,
    name,
    provider: project.provider,
    endpoint: spec.render.endpoint,
    request: spec.render.request,
    take: 1,
    ...(parent === undefined ? {} : { edit: parent, inputs: digests }),
    images: [{ sha256, format: 'png', width: 1024, height: 1024, bytes: bytes.length }],
    usage: { input_tokens: 21, output_tokens: 196, input_tokens_details: { text_tokens: 21 } },
    cost: { usd: 0.006, from: 'usage' },
    requestId: `req-${name}`,
    created: '2026-01-02T03:04:05.000Z',
  })
}

await store.prepare()
for (const name of project.entries.keys()) await keep(name)
