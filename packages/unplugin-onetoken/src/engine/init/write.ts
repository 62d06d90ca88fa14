import { access, constants, realpath } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { OneTokenError } from '../../errors.ts'
import { createDurably } from '../../store/durable.ts'
import { checkReplaceable, replaceText } from '../replace-text.ts'
import type { FileStep, InitPlan } from './types.ts'

/**
 * Write what a plan says, each file whole or not at all: new ones only where nothing is, changed ones only while they are
 * as they were read. Throws `PROJECT_WRITE`; what can be known before is told before anything is written. What was
 * written stays, and the next plan goes on from there.
 */
export async function writePlan({ root, files }: InitPlan): Promise<void> {
  const steps = files.filter(({ action }) => action !== 'keep')
  for (const step of steps) await told(root, step, () => check(join(root, step.file), step))
  for (const step of steps) await told(root, step, () => write(join(root, step.file), step))
}

async function check(file: string, { action }: FileStep): Promise<void> {
  if (action === 'change') await checkReplaceable(await realpath(file))
  else await access(dirname(file), constants.W_OK)
}

async function write(file: string, { action, text = '', before = '' }: FileStep): Promise<void> {
  if (action === 'create') {
    const created = await createDurably(file, Buffer.from(text))
    if (created === 'exists') throw new Error('something else is there')
  } else if (!(await replaceText(await realpath(file), Buffer.from(before), text))) {
    throw new Error('it was changed meanwhile')
  }
}

async function told(root: string, { file }: FileStep, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    throw new OneTokenError('PROJECT_WRITE', `The file cannot be written: ${code ?? message}.`, {
      hint: 'Put that right, and run the command again: it goes on where it stopped.',
      place: { file: join(root, file) },
      cause,
    })
  }
}
