import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { useMock } from '../helpers/mock.ts'
import { apiEnv, createSite, type Site } from '../helpers/site.ts'
import { isLacking } from '../helpers/system.ts'
import { openTerminal } from '../helpers/terminal.ts'

const mock = useMock({ latency: [200, 400] })

const NAMES = Array.from({ length: 12 }, (_, index) => `picture-${index + 1}`)

const site = (prompt = 'a fox', top = ''): Promise<Site> =>
  createSite({
    'images.yaml': `version: 1\n${top}defaults: { quality: low }\nimages:\n${NAMES.map(
      (name, index) => `  ${name}: { prompt: ${JSON.stringify(`${prompt} ${index}`)}, alt: "" }\n`,
    ).join('')}`,
  })

/** How far the bar has been, in the order of its states, each once. */
function counts(written: string): number[] {
  return [...new Set([...written.matchAll(/[█░] (\d+)\/12 rendered/g)].map(([, count]) => Number(count)))]
}

describe.skipIf(isLacking('terminal', 'commands in a terminal'))('onetoken render in a terminal', () => {
  it('shows a bar that moves, and a log that can be read', async () => {
    const project = await site('a fox', 'concurrency: 2\n')
    const terminal = openTerminal(project, ['render', '--yes'], apiEnv(mock.url))
    expect(await terminal.ended).toBe(0)
    const seen = counts(terminal.written())
    expect(seen[0]).toBe(0)
    expect(seen.at(-1)).toBe(12)
    expect(seen.length).toBeGreaterThan(3)
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    const lines = terminal.lines()
    // Each line of the log stands alone and whole, above the bar.
    const log = lines.filter((line) => line.startsWith('rendered '))
    expect(log).toHaveLength(12)
    for (const line of log) expect(line).toMatch(/^rendered picture-\d+ \(\$0\.\d{3}\)$/)
    const bar = lines.findIndex((line) => line.includes('12/12 rendered'))
    expect(bar).toBeGreaterThan(lines.indexOf(log.at(-1) ?? ''))
    expect(
      lines
        .slice(bar + 1)
        .join('\n')
        .trim(),
    ).toMatch(/^12 of 12 renders made \(\$0\.\d+\), 0 cached\.$/)
  })

  it('asks before it spends, with what it will cost', async () => {
    const project = await site()
    const no = openTerminal(project, ['render'], apiEnv(mock.url))
    await no.until(/Spend at most/)
    no.type('n')
    expect(await no.ended).toBe(1)
    expect(no.written()).toContain('Nothing was spent.')
    expect(mock.requests).toHaveLength(0)
    const yes = openTerminal(project, ['render', 'picture-1'], apiEnv(mock.url))
    await yes.until(/Spend at most/)
    yes.type('y')
    expect(await yes.ended).toBe(0)
    expect(mock.requests.map(({ prompt }) => prompt)).toEqual(['a fox 0'])
  })

  it('is stopped by Ctrl-C: what had arrived is kept, and the summary says so', async () => {
    const project = await site('a fox', 'concurrency: 2\n')
    // Those behind the first three give it the time to be stopped.
    mock.setScenario({ name: 'slow', latency: 3000, after: 3 })
    const terminal = openTerminal(project, ['render', '--yes'], apiEnv(mock.url))
    await terminal.until(/ 3\/12 rendered/)
    terminal.type('\u0003')
    expect(await terminal.ended).toBe(130)
    const kept = await project.list('onetoken/renders')
    expect(kept.length).toBeGreaterThanOrEqual(3)
    expect(kept.length).toBeLessThan(12)
    // All that was paid for is kept.
    expect(mock.stats.billed).toBe(kept.length)
    // The bar ends with what was made.
    expect(counts(terminal.written()).at(-1)).toBe(kept.length)
    const lines = terminal.lines()
    expect(lines).toContainEqual(expect.stringContaining('Stopping: requests under way are paid for'))
    expect(lines.join('\n')).toMatch(new RegExp(`^${kept.length} of 12 renders made`, 'm'))
    // Not one line of what was not asked for.
    expect(terminal.written()).not.toContain('ABORTED')
    mock.reset()
    const rest = openTerminal(project, ['render', '--yes'], apiEnv(mock.url))
    expect(await rest.ended).toBe(0)
    expect(mock.requests).toHaveLength(12 - kept.length)
  })

  it('given up by a second Ctrl-C, it says what may have been billed', async () => {
    const project = await site('a fox', 'concurrency: 1\n')
    mock.setScenario({ name: 'slow', latency: 60_000 })
    const terminal = openTerminal(project, ['render', '--yes'], apiEnv(mock.url))
    await expect.poll(() => mock.requests.length, { timeout: 60_000 }).toBe(1)
    terminal.type('\u0003')
    await terminal.until(/Ctrl-C again gives them up/)
    // What comes at the same time counts once.
    await setTimeout(400)
    terminal.type('\u0003')
    expect(await terminal.ended).toBe(130)
    mock.setScenario()
    expect(terminal.written()).toMatch(/picture-\d+: .*may be rendered and billed/)
    expect(mock.requests).toHaveLength(1)
  })

  it('cannot be disturbed by the words of a prompt', async () => {
    const evil = 'x\u001b[2J\u001b]0;title\u0007\u202e\u009b31m\r::warning::\n::error::y\u0000\u0008'
    const project = await createSite({
      'main.js': `import url from ${JSON.stringify(`virtual:onetoken?quality=low&prompt=${evil}`)}\nglobalThis.result = url\n`,
    })
    const planned = openTerminal(project, ['plan'], apiEnv(mock.url))
    await planned.ended
    const terminal = openTerminal(project, ['render', '--yes'], apiEnv(mock.url))
    expect(await terminal.ended).toBe(0)
    for (const text of [planned.written(), terminal.written()]) {
      expect(text.replaceAll('\u001b[2K', '')).not.toMatch(
        /[\u0000-\u0007\u000b\u000c\u000e-\u001a\u001c-\u001f\u009b\u202e]/,
      )
      expect(text).not.toMatch(/\u001b(?!\[2K)/)
      expect(text).not.toMatch(/^::/m)
    }
  })
})
