import { checkAccess } from './access.ts'
import { checkBundler } from './bundler.ts'
import { checkSpending, readProject } from './project.ts'
import { checkRemote } from './remote.ts'
import { checkGit, checkStoreFolder } from './store.ts'
import { checkEncoders, checkSystem } from './system.ts'
import type { Diagnosis, DoctorCheck, DoctorOptions } from './types.ts'

export type { Diagnosis, DoctorOptions } from './types.ts'

/** In the order in which they are told. */
const CHECKS: readonly DoctorCheck[] = [
  checkAccess,
  checkSpending,
  checkStoreFolder,
  checkGit,
  checkRemote,
  checkBundler,
  checkEncoders,
]

/** Look a project over: what works here, what does not, and what to do about it. Spends nothing. */
export async function* diagnose(options: DoctorOptions): AsyncGenerator<Diagnosis> {
  const { diagnoses, ...read } = await readProject(options)
  const facts = { ...read, options }
  yield* await checkSystem(facts)
  yield* diagnoses
  for (const check of CHECKS) yield* await check(facts)
}
