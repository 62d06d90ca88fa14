import onetoken from 'unplugin-onetoken/bun'

await Bun.build({
  entrypoints: ['index.html'],
  outdir: 'dist',
  minify: true,
  plugins: [onetoken()],
})
