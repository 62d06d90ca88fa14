import { build } from 'esbuild'
import onetoken from 'unplugin-onetoken/esbuild'

await build({
  entryPoints: [
    { in: 'src/main.js', out: 'main' },
    { in: 'index.html', out: 'index' },
  ],
  loader: { '.html': 'copy' },
  bundle: true,
  minify: true,
  format: 'esm',
  outdir: 'dist',
  plugins: [onetoken()],
})
