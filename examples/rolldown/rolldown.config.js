import { readFileSync } from 'node:fs'
import { defineConfig } from 'rolldown'
import onetoken from 'unplugin-onetoken/rolldown'

/** Puts the page beside the script. */
const page = {
  name: 'page',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'index.html', source: readFileSync('index.html') })
  },
}

export default defineConfig({
  input: 'src/main.js',
  output: { dir: 'dist' },
  plugins: [onetoken(), page],
})
