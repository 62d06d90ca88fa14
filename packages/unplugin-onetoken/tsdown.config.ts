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
  sourcemap: false,
  clean: true,
})
