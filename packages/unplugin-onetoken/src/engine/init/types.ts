import type { Project, ProjectOptions } from '../../project/project.ts'
import type { BundlerEntry, PluginUse, ProjectPackage } from '../project-bundlers.ts'

/** Where the pictures of a project are kept: in git, in Git LFS, or in a store that machines share. */
export type Keeping = 'git' | 'lfs' | 'remote'

/** What is to be set up. */
export interface InitOptions extends ProjectOptions {
  keeping: Keeping
  /** Address of the remote store, checked. */
  remote?: string | undefined
  /** Bundlers that the project may mean, as {@link findBundlers} finds them. Only a single one gets the plugin. */
  bundlers: readonly BundlerEntry[]
}

/** What is known of a project that is set up. */
export interface InitFacts {
  options: InitOptions
  project: Project
  package: ProjectPackage
  /** Whether it is written in TypeScript. */
  isTyped: boolean
  /** The manifest that is to be created, relative to the root, with `/`; undefined where there is one, or may be one. */
  newManifest: string | undefined
  /** Where it has the plugin already. */
  uses: readonly PluginUse[]
}

/** A file of a project that is set up. */
export interface FileStep {
  /** Relative to the root, with `/`. */
  file: string
  action: 'create' | 'change' | 'keep'
  /** What it is for, or what is done to it, in a few words. */
  about: string
  /** All of its text, of a file that is created or changed. */
  text?: string | undefined
  /** What it was made from, of a file that is changed. */
  before?: string | undefined
  /** The lines that are new in it. */
  added?: string | undefined
}

/** Something that only a person can do. */
export interface HandWork {
  text: string
  /** To be copied. */
  code?: string | undefined
}

/** What one part of the setting up comes to. */
export interface InitPart {
  files: FileStep[]
  todo: HandWork[]
}

/** All that setting up comes to. Nothing of it is done yet. */
export interface InitPlan extends InitPart {
  root: string
  keeping: Keeping
  bundler: BundlerEntry | undefined
}

/** Looks at one thing that belongs to a project, and says what it lacks. */
export type InitStep = (facts: InitFacts) => Promise<InitPart>
