import { convertInput } from './convert-input.ts'
import { convertMask } from './convert-mask.ts'
import { inspectImage } from './decode.ts'
import { encodePicture } from './encode.ts'
import { sendable, type Reply, type Request, type Task, type TaskResults } from './messages.ts'

// The entry of an encoder process; the pool starts it with one libvips thread.

function run(task: Task): Promise<TaskResults[Task['kind']]> {
  switch (task.kind) {
    case 'encode':
      return encodePicture(task.job)
    case 'inspect':
      return inspectImage(task.image)
    case 'convertInput':
      return convertInput(task.bytes, task.options)
    case 'convertMask':
      return convertMask(task.bytes, task.options)
  }
}

async function answer({ id, task }: Request): Promise<void> {
  let reply: Reply
  try {
    reply = { id, ok: true, result: await run(task) }
  } catch (error) {
    reply = { id, ok: false, error: sendable(error) }
  }
  process.send?.(reply)
}

process.on('message', (request: Request) => void answer(request))
// The parent is gone, or wants this process to end: nobody waits for what is being encoded.
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches every process of a terminal; the parent decides what is still finished.
process.on('SIGINT', () => {})
