import { defineConfig } from 'tsdown'

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
  deps: { alwaysBundle: ['zod'] },
  sourcemap: false,
  clean: true,
})
