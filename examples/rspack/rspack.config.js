import { defineConfig } from '@rspack/cli'
import { rspack } from '@rspack/core'
import onetoken from 'unplugin-onetoken/rspack'

export default defineConfig({
  mode: 'production',
  entry: './src/main.js',
  output: {
    filename: '[name].[contenthash].js',
    cssFilename: '[name].[contenthash].css',
    clean: true,
  },
  module: {
    rules: [{ test: /\.css$/, type: 'css/auto' }],
  },
  plugins: [onetoken(), new rspack.HtmlRspackPlugin({ template: 'index.html' })],
})
