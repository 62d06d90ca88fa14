import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import glob from 'fast-glob'
import { defineConfig } from 'tsdown'
import { manifestSchema, settingsSchema } from './src/spec/json-schema.ts'

/** A digest of what reads manifests, so that another release takes nothing that this one has read. */
function manifestReader(): string {
  const cwd = fileURLToPath(new URL('src/', import.meta.url))
  const files = glob.sync(['*.ts', '{spec,project}/**/*.ts', '!**/*.test.ts'], { cwd, absolute: true }).sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex')
}

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    vite: 'src/bundlers/vite.ts',
    rollup: 'src/bundlers/rollup.ts',
    rolldown: 'src/bundlers/rolldown.ts',
    webpack: 'src/bundlers/webpack.ts',
    rspack: 'src/bundlers/rspack.ts',
    esbuild: 'src/bundlers/esbuild.ts',
    farm: 'src/bundlers/farm.ts',
    bun: 'src/bundlers/bun.ts',
    api: 'src/api.ts',
    mock: 'src/mock/index.ts',
    cli: 'src/cli/main.ts',
    'encode-worker': 'src/variants/worker.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  dts: { oxc: true },
  // Loaded by every build; from a hundred files of its own it takes twice as long. See THIRD-PARTY-NOTICES.md.
  deps: { alwaysBundle: ['zod/mini'], onlyBundle: ['zod'] },
  define: { MANIFEST_READER: JSON.stringify(manifestReader()) },
  failOnWarn: true,
  sourcemap: false,
  clean: true,
  hooks: {
    async 'build:done'() {
      const folder = new URL('schema/', import.meta.url)
      await mkdir(folder, { recursive: true })
      const schemas = { manifest: manifestSchema(), settings: settingsSchema() }
      for (const [name, schema] of Object.entries(schemas)) {
        await writeFile(new URL(`${name}.json`, folder), `${JSON.stringify(schema, null, 2)}\n`)
      }
    },
  },
})
