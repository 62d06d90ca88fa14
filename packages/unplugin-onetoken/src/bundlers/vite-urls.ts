import { readFileSync } from 'node:fs'
import { basename, relative } from 'node:path'
import type { ResolvedConfig, Rollup } from 'vite'
import { normalizePath } from './normalize-path.ts'

/** Emit a file under the name that Vite gives to assets. */
function emit(context: Rollup.PluginContext, { root }: ResolvedConfig, file: string): string {
  const originalFileName = normalizePath(relative(root, file))
  return context.emitFile({
    type: 'asset',
    name: basename(file),
    originalFileName,
    source: readFileSync(file),
  })
}

/**
 * The URL of a file in a built page or style sheet: wherever this is, Vite puts the URL of the emitted file in its place.
 * https://vite.dev/guide/api-plugin#referencing-emitted-assets
 */
export function builtURL(context: Rollup.PluginContext, config: ResolvedConfig, file: string): string {
  return `__VITE_ASSET__${emit(context, config, file)}__`
}

/**
 * The URL of a file in a script. Not an import of the file: other plugins for pictures take imports for theirs, and a
 * picture below Vite's limit would become text in the JavaScript, once for every width.
 */
export function scriptURL(context: Rollup.PluginContext, config: ResolvedConfig, file: string): string {
  if (config.command === 'serve')
    return JSON.stringify((config.server.origin ?? '') + servedURL(config, file))
  // What Vite's own handling of assets writes into scripts: another thing since it builds with Rolldown.
  if ('rolldownVersion' in context.meta) return `import.meta.ROLLDOWN_FILE_URL_${emit(context, config, file)}`
  return JSON.stringify(builtURL(context, config, file))
}

/** Elements in which Vite sees no URL of a file. In all others it puts its base before the URL. */
const WITHOUT_BASE = new Set(['a', 'area', 'feImage'])

/** The URL of a file in an attribute of an element of a page that a dev server shows. */
export function devURL(config: ResolvedConfig, file: string, element: string): string {
  return WITHOUT_BASE.has(element) ? servedURL(config, file) : fsPath(file)
}

/** The URL of a file on a dev server. */
export function servedURL({ base }: ResolvedConfig, file: string): string {
  return base.replace(/\/$/, '') + fsPath(file)
}

/** Vite serves files of the machine below `/@fs/`. */
function fsPath(file: string): string {
  return encodeURI(normalizePath(file)).replace(/^\/?/, '/@fs/')
}

/**
 * A URL of a built page as crawlers take it; undefined where nothing says where the site will be. `address` is the
 * absolute URL that the page says it has.
 */
export function absoluteURL(
  { base, experimental }: ResolvedConfig,
  url: string,
  address: string | undefined,
): string | undefined {
  // What the user's function gives is not known yet; it is there to give absolute URLs.
  if (/^(?:[a-z]+:)?\/\//i.test(base) || experimental.renderBuiltUrl !== undefined) return url
  if (address === undefined) return undefined
  const isRelative = base === '' || base === './'
  return isRelative ? new URL('.', address).href + url : new URL(address).origin + url
}
