import type { ChildProcess } from 'node:child_process'
import { onTestFailed, onTestFinished } from 'vitest'
import { kill } from './kill.ts'
import { withoutColours } from './site.ts'

/** Wait until what a process prints holds `text`, from where the last wait ended; rejects when the process ends before. */
export function outputOf(child: ChildProcess): (text: string) => Promise<string> {
  let output = ''
  let seen = 0
  let isOver = false
  const waiting = new Set<() => void>()
  const tell = (): void => {
    for (const look of waiting) look()
  }
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output = withoutColours(output + chunk)
      tell()
    })
  }
  child.once('close', () => {
    isOver = true
    tell()
  })
  onTestFinished(() => kill(child))
  onTestFailed(() => console.error(`What the process printed:\n${output}`))
  return (text) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const at = output.indexOf(text, seen)
        if (at < 0 && !isOver) return
        waiting.delete(look)
        if (at < 0) return reject(new Error(`ended before "${text}":\n${output}`))
        seen = at + text.length
        resolve(output)
      }
      waiting.add(look)
      look()
    })
}
