import type { TestProject } from 'vitest/node'
import { installPacked, type ViteMajor } from './install.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folders with the packed package and a Vite installed. */
    installs: Record<ViteMajor, string>
  }
}

/** Packs and installs once for all end-to-end tests. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('installs', await installPacked())
}
