import type { Log, Settings } from '../engine/index.ts'
import type {
  ExportOptions,
  ExportReport,
  IconOptions,
  IconReport,
  Image,
  ImageOptions,
} from './file-types.ts'
import type { Plan, RenderOptions, RenderReport } from './render-types.ts'

/** How `createOneToken` looks at a project. */
export interface OneTokenOptions {
  /** Folder of the project. The calls throw `USAGE` where there is none. @default the working directory */
  root?: string | undefined
  /** Names the `.env` files that are read, as in Vite. @default 'production' */
  mode?: string | undefined
  /** Has `ONETOKEN_API_KEY` and the like, and stands above `.env` files. @default process.env */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** Settings file, relative to the root. @default 'onetoken.config.{ts,mts,mjs,js,json}', where there is one */
  config?: string | undefined
  /** Settings in place of a settings file, for which is not looked then. Not together with `config`. */
  settings?: Settings | undefined
  /** Whether the remote store of the settings is used. @default true */
  remote?: boolean | undefined
  /** Told what a person would want to know, such as a remote store that is down. @default nobody */
  log?: Log | undefined
}

/**
 * The pictures of a project, for scripts. Only `render` spends money.
 *
 * All calls reject with a `OneTokenError`, whose `code` is permanent: with `USAGE` for an option that is not known or
 * cannot be used. What fails of single renders is in the report of `render`. Settings, environment and manifests are read by each call anew, but by `image` only by the first one after
 * a `close`.
 */
export interface OneToken {
  /** Absolute path of the project. */
  readonly root: string
  /**
   * Look at every entry of the manifests and every import in the sources. Spends nothing.
   * @throws OneTokenError `SETTINGS_INVALID`, `MANIFEST_INVALID`
   */
  plan(): Promise<Plan>
  /**
   * Render what is missing. **Spends money**, as far as the budget goes, unless rendering is frozen.
   * @throws OneTokenError before anything is spent: `USAGE`, `UNKNOWN_ENTRY`, or what is wrong with an entry that is
   *   named. All else is in the report
   */
  render(options?: RenderOptions): Promise<RenderReport>
  /**
   * The image object of an entry, and its files, which are cut where they are not there. Spends nothing. The dark
   * version of an entry is `dark` of it.
   * @throws OneTokenError `USAGE`, `UNKNOWN_ENTRY`, `RENDERS_MISSING`, `BAD_VALUE`, or why the render cannot be used
   */
  image(name: string, options?: ImageOptions): Promise<Image>
  /**
   * Write the files of entries into a folder, and a module that names them. Spends nothing; where a render is missing,
   * nothing is written.
   * @throws OneTokenError `RENDERS_MISSING` with all that are missing, `EXPORT_REFUSED`, `EXPORT_FAILED`, `USAGE`
   */
  export(options: ExportOptions): Promise<ExportReport>
  /**
   * Write `favicon.ico`, `apple-touch-icon.png`, `icon-192.png` and `icon-512.png`, cut from the middle of an entry's
   * picture. Spends nothing.
   * @throws OneTokenError as `export`
   */
  icons(options: IconOptions): Promise<IconReport>
  /** Await the calls under way, then end encoders and connections. Calls after it start them again. */
  close(): Promise<void>
}
