import HtmlPlugin from 'html-webpack-plugin'
import CssPlugin from 'mini-css-extract-plugin'
import onetoken from 'unplugin-onetoken/webpack'

export default {
  mode: 'production',
  entry: './src/main.js',
  output: { filename: '[name].[contenthash].js', clean: true },
  module: {
    rules: [{ test: /\.css$/, use: [CssPlugin.loader, 'css-loader'] }],
  },
  plugins: [
    onetoken(),
    new CssPlugin({ filename: '[name].[contenthash].css' }),
    new HtmlPlugin({ template: 'index.html' }),
  ],
}
