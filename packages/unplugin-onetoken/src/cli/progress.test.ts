import { expect, it, vi } from 'vitest'
import { createBar } from './progress.ts'

it('draws one line that moves, and writes messages above it', () => {
  vi.useFakeTimers()
  const written: string[] = []
  let time = 0
  const bar = createBar(4, 'rendered', { write: (text) => written.push(text), columns: 60 }, () => time)
  bar.log('rendered hero')
  time = 2400
  bar.advance()
  vi.advanceTimersByTime(250)
  bar.stop()
  vi.useRealTimers()
  const clear = '\r\u001b[2K'
  const empty = `${clear}${'░'.repeat(24)} 0/4 rendered, 0 s`
  const quarter = `${clear}${'█'.repeat(6)}${'░'.repeat(18)} 1/4 rendered, 2 s`
  expect(written).toEqual([empty, `${clear}rendered hero\n`, empty, quarter, quarter, quarter, '\n'])
})

it('is never wider than the terminal', () => {
  const written: string[] = []
  createBar(1, 'rendered', { write: (text) => written.push(text), columns: 20 }).stop()
  expect(Math.max(...written.map((text) => text.replace('\r\u001b[2K', '').length))).toBeLessThan(20)
})
