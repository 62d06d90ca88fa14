/**
 * Options of the plugin. They hold only what concerns the bundler; all that decides about pictures and money is in
 * the project's settings (`onetoken.config.*`), which the command reads as well.
 */
export interface PluginOptions {
  /** Folder of the project: settings and manifest are looked for here. @default the bundler's root */
  root?: string | undefined
  /** Settings file, relative to the root. @default 'onetoken.config.{ts,mts,mjs,js,json}' */
  config?: string | undefined
  /**
   * Where the types of the manifest's entries are written, relative to the root; false writes none.
   * @default 'onetoken-env.d.ts' where there is a tsconfig.json and a manifest
   */
  dts?: string | false | undefined
}
