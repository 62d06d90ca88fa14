import type { ResolvedConfig } from 'vite'
import type { Engine } from '../engine/index.ts'
import type { Build, Watched } from './build.ts'

/** What the parts of the plugin for Vite share. */
export interface ViteHost {
  build: Build
  engine(): Engine
  config(): ResolvedConfig
  /** Load the module `id` anew when one of these files changes or appears. */
  watch(context: { addWatchFile(file: string): void }, id: string, files: Watched): void
}
