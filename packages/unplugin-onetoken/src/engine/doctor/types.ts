import type { Project, ProjectOptions } from '../../project/project.ts'

/** How a project is looked over. */
export interface DoctorOptions extends ProjectOptions {
  /** Whether nobody is asked over the network. */
  offline: boolean
  /** Version of this package, and the range of Node that it runs on, as its `package.json` says. */
  package: { version: string; engines: { node: string } }
}

/** What a check has to say. */
export interface Diagnosis {
  /** What it is about, in a word or two. */
  about: string
  /** `problem`: something does not work. `note`: it works, but not as everybody expects. */
  mark: 'ok' | 'note' | 'problem'
  text: string
  /** What to do. */
  hint?: string | undefined
}

/** What checks look at. */
export interface DoctorFacts {
  options: DoctorOptions
  /** Undefined when it cannot be read. */
  project: Project | undefined
  /** Absolute path of the store; the default one of a project that cannot be read. */
  store: string
}

/** Looks at one thing, and spends nothing. */
export type DoctorCheck = (facts: DoctorFacts) => Promise<Diagnosis[]>
