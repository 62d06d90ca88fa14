import type { ChildProcess } from 'node:child_process'
import { onTestFailed, onTestFinished } from 'vitest'

/** Wait until what a process prints holds `text`, from where the last wait ended. */
export function outputOf(child: ChildProcess): (text: string) => Promise<string> {
  let output = ''
  let seen = 0
  const waiting = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      // eslint-disable-next-line no-control-regex
      output += chunk.toString().replace(/\u001b\[[0-9;]*[A-Za-z]/g, '')
      for (const look of waiting) look()
    })
  }
  onTestFinished(() => void child.kill())
  onTestFailed(() => console.error(`What the process printed:\n${output}`))
  return (text) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const at = output.indexOf(text, seen)
        if (at < 0) return
        waiting.delete(look)
        seen = at + text.length
        resolve(output)
      }
      waiting.add(look)
      child.on('close', () => reject(new Error(`ended before "${text}":\n${output}`)))
      look()
    })
}
