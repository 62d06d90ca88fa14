import { OneTokenError } from '../errors.ts'
import { didYouMean, quote } from '../engine/index.ts'
import { bundlerError } from './bundler-error.ts'

/**
 * Options of the plugin. They hold only what concerns the bundler; all that decides about pictures and money is in
 * the project's settings (`onetoken.config.*`), which the command reads as well.
 */
export interface PluginOptions {
  /**
   * Folder of the project, with settings and manifest, relative to the bundler's root.
   * @default what the command finds as well: the nearest folder upwards from the bundler's root with settings, a manifest
   * or a package.json
   */
  root?: string | undefined
  /** Settings file, relative to the root. @default 'onetoken.config.{ts,mts,mjs,js,json}' */
  config?: string | undefined
  /**
   * Where the types of the manifest's entries are written, relative to the root; false writes none.
   * @default 'onetoken-env.d.ts' where there is a tsconfig.json and a manifest
   */
  dts?: string | false | undefined
  /**
   * Names the `.env` files that are read. In the modes `development` and `test` nothing is rendered: pictures that
   * are not there are placeholders. @default the bundler's mode, or NODE_ENV, or what the bundler is doing
   */
  mode?: string | undefined
}

/** Options of the plugin where the bundler has no setting for the address of its files. */
export interface PublicPathOptions extends PluginOptions {
  /**
   * What stands before the names of files in URLs, such as `/` or `https://cdn.example/site/`.
   * @default relative to the script, by `import.meta.url`
   */
  publicPath?: string | undefined
}

const NAMES = ['root', 'config', 'dts', 'mode']

/** Options are checked by name: a setting given here would be silently without effect. */
export function checkOptions(options: object, root: string, more: readonly string[] = []): void {
  const names = [...NAMES, ...more]
  const unknown = Object.keys(options).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const message = `The plugin has no option ${quote(unknown)}${didYouMean(unknown, names) || '.'}`
  const hint = `Its options are ${names.join(', ')}; all else is a setting and goes into onetoken.config.ts.`
  throw bundlerError(new OneTokenError('SETTINGS_INVALID', message, { hint }), root)
}
