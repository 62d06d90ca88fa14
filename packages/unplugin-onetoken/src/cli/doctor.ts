import { count, diagnose, visible, type Diagnosis, type DoctorOptions } from '../engine/index.ts'
import type { GlobalFlags } from './flags.ts'
import { print, printJson } from './output.ts'
import { commandOptions } from './terminal.ts'

/** Flags of `onetoken doctor`. */
export interface DoctorFlags extends GlobalFlags {
  offline?: boolean
}

/** `onetoken doctor` */
export async function doctor(flags: DoctorFlags, ours: DoctorOptions['package']): Promise<number> {
  const options = { ...commandOptions(flags), offline: flags.offline === true, package: ours }
  const diagnoses: Diagnosis[] = []
  for await (const diagnosis of diagnose(options)) diagnoses.push(diagnosis)
  const problems = diagnoses.filter(({ mark }) => mark === 'problem').length
  if (flags.json === true) printJson({ problems, diagnoses })
  else {
    const width = Math.max(...diagnoses.map(({ about }) => about.length))
    for (const { mark, about, text, hint } of diagnoses) {
      print(`${mark.padEnd(7)}  ${about.padEnd(width)}  ${visible(text)}`)
      for (const line of mark === 'ok' || hint === undefined ? [] : hint.split('\n')) {
        print(`${' '.repeat(width + 11)}${visible(line)}`)
      }
    }
    print(problems === 0 ? '\nNo problem was found.' : `\n${count(problems, 'problem')} found.`)
  }
  return problems === 0 ? 0 : 1
}
