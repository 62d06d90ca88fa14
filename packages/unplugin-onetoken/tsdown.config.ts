import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    vite: 'src/bundlers/vite.ts',
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
