import { defineConfig } from '@farmfe/core'
import onetoken from 'unplugin-onetoken/farm'

export default defineConfig({
  compilation: {
    input: { index: './index.html' },
    output: { targetEnv: 'browser-esnext' },
  },
  plugins: [onetoken()],
})
