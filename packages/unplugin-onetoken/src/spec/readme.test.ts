import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PARAMETER_HELP } from './parameter-help.ts'
import { ALIASES, ENTRY_ONLY, OUTPUT_NAMES, PARAMETER_NAMES } from './parameters.ts'
import { manifestRefusals } from './schema-testing.ts'
import { SETTING_HELP } from './setting-help.ts'
import { SETTING_NAMES } from './settings.ts'
import { show } from './text.ts'
import type { Parameters } from './types.ts'

const readme = readFileSync(new URL('../../../../README.md', import.meta.url), 'utf8')

/** The rows of the table below a heading, without that of its names. */
function tableOf(heading: string): string[][] {
  const [, section = ''] = readme.split(`\n## ${heading}\n`)
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? []
  const rows = table.trim().split('\n').slice(2)
  return rows
    .map((row) => row.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
}

const inCode = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

describe('the table of parameters', () => {
  const rows = tableOf('Parameters')

  it('has every parameter, by each of its names', () => {
    const named = rows.flatMap(([names = '']) => inCode(names))
    expect(named.sort()).toEqual([...PARAMETER_NAMES].sort())
    const [, section = ''] = readme.split('\n## Parameters\n')
    for (const name of ENTRY_ONLY) expect(section).toContain(`- **\`${name}\`**`)
  })

  it('says the defaults that editors say', () => {
    const said = rows.flatMap(([names = '', meaning = '']) => {
      const [, value] = /default `([^`]+)`/.exec(meaning) ?? []
      return value === undefined ? [] : inCode(names).map((name) => [name, value] as const)
    })
    expect(said.length).toBeGreaterThan(2)
    for (const [name, value] of said) {
      const canonical = ALIASES[name] ?? (name as keyof Parameters)
      expect([name, value]).toEqual([name, PARAMETER_HELP[canonical].default])
    }
  })

  it('says which changes are free, as the key does', () => {
    for (const [names = '', , anew = ''] of rows) {
      for (const name of inCode(names))
        expect([name, anew === 'no']).toEqual([name, OUTPUT_NAMES.includes(name)])
    }
  })
})

describe('the table of settings', () => {
  const rows = tableOf('Settings')

  it('has every setting', () => {
    expect(rows.flatMap(([name = '']) => inCode(name)).sort()).toEqual([...SETTING_NAMES].sort())
  })

  it('says the defaults that editors say', () => {
    for (const [name = '', , fallback = ''] of rows) {
      const { default: value, otherwise } = SETTING_HELP[inCode(name)[0] as keyof typeof SETTING_HELP]
      const said = typeof value === 'string' ? value : value === undefined ? (otherwise ?? '') : show(value)
      expect([name, fallback.replaceAll('`', '')]).toEqual([name, said])
    }
  })
})

it('shows manifests that editors take', () => {
  const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)
  expect(blocks.length).toBeGreaterThan(0)
  for (const text of blocks) {
    expect(manifestRefusals(text.startsWith('version:') ? text : `version: 1\n${text}`)).toEqual([])
  }
})
