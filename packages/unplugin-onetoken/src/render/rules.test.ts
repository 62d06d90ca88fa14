import { describe, expect, test } from 'vitest'
import { spendingDecision, type SpendingFacts } from './rules.ts'

const PURPOSES = ['build', 'dev', 'command'] as const
const MISSING = ['render', 'placeholder', 'error'] as const

/** A production build on somebody's machine, with a key. */
const BUILD: SpendingFacts = {
  purpose: 'build',
  hasKey: true,
  frozen: undefined,
  ci: false,
  keeps: false,
  missing: 'render',
  package: undefined,
  allowPackages: [],
}

function decided(changes: Partial<SpendingFacts>): string {
  const decision = spendingDecision({ ...BUILD, ...changes })
  return decision.spend ? 'spend' : `${decision.instead}: ${decision.why}`
}

const FROZEN = 'rendering is frozen'
const CI = 'a CI build renders nothing unless the settings say so (CI is set)'
const DEV = 'placeholder: development, tests and watching never render'

describe('when money is spent', () => {
  test.each<[Partial<SpendingFacts>, string]>([
    // a plain production build: all conditions, and each that fails
    [{}, 'spend'],
    [{ hasKey: false }, 'error: there is no API key'],
    [{ missing: 'placeholder' }, 'placeholder: the setting "missing" is "placeholder"'],
    [{ missing: 'error' }, 'error: the setting "missing" is "error"'],
    [{ missing: 'placeholder', hasKey: false }, 'placeholder: the setting "missing" is "placeholder"'],
    [{ frozen: true }, `error: ${FROZEN}`],
    [{ frozen: false }, 'spend'],
    [{ frozen: true, missing: 'placeholder' }, `placeholder: ${FROZEN}`],
    [{ frozen: true, missing: 'error' }, `error: ${FROZEN}`],
    // CI freezes a build unless it is told otherwise
    [{ ci: true }, `error: ${CI}`],
    [{ ci: true, missing: 'placeholder' }, `placeholder: ${CI}`],
    [{ ci: true, frozen: false }, 'spend'],
    [{ ci: true, frozen: true }, `error: ${FROZEN}`],
    [{ ci: true, hasKey: false }, `error: ${CI}`],
    // unless what it renders is kept
    [{ ci: true, keeps: true }, 'spend'],
    [{ ci: true, keeps: true, frozen: true }, `error: ${FROZEN}`],
    [{ ci: true, keeps: true, hasKey: false }, 'error: there is no API key'],
    [{ keeps: true, purpose: 'dev' }, DEV],
    // the command: a person has said so
    [{ purpose: 'command' }, 'spend'],
    [{ purpose: 'command', ci: true }, 'spend'],
    [{ purpose: 'command', missing: 'placeholder' }, 'spend'],
    [{ purpose: 'command', missing: 'error' }, 'spend'],
    [{ purpose: 'command', hasKey: false }, 'error: there is no API key'],
    [{ purpose: 'command', frozen: true }, `error: ${FROZEN}`],
    [{ purpose: 'command', frozen: true, missing: 'placeholder' }, `error: ${FROZEN}`],
    // development never
    [{ purpose: 'dev' }, DEV],
    [{ purpose: 'dev', frozen: false }, DEV],
    [{ purpose: 'dev', frozen: true, missing: 'error' }, DEV],
    [{ purpose: 'dev', missing: 'error', hasKey: false, ci: true }, DEV],
    [{ purpose: 'dev', package: 'theme' }, DEV],
    // packages
    [{ package: 'theme' }, 'error: the package "theme" asks for it, and packages may not spend your money'],
    [
      { package: '@a/theme', allowPackages: ['theme', '@b/theme'] },
      'error: the package "@a/theme" asks for it, and packages may not spend your money',
    ],
    [
      { package: '', allowPackages: ['theme'] },
      'error: a file outside of the project asks for it, and only its own may spend your money',
    ],
    [{ package: 'theme', allowPackages: ['theme'] }, 'spend'],
    [{ package: 'theme', allowPackages: ['theme'], frozen: true }, `error: ${FROZEN}`],
    [{ package: 'theme', allowPackages: ['theme'], hasKey: false }, 'error: there is no API key'],
  ])('%o → %s', (changes, expected) => {
    expect(decided(changes)).toBe(expected)
  })

  test('is by no combination else', () => {
    const flags = [true, false]
    for (const purpose of PURPOSES) {
      for (const missing of MISSING) {
        for (const frozen of [true, false, undefined]) {
          for (const ci of flags) {
            for (const hasKey of flags) {
              for (const from of [undefined, 'theme']) {
                const facts = { ...BUILD, purpose, missing, frozen, ci, hasKey, package: from }
                const isFrozen = frozen ?? (ci && purpose === 'build')
                const may = hasKey && !isFrozen && from === undefined
                const expected =
                  may && (purpose === 'command' || (purpose === 'build' && missing === 'render'))
                expect(spendingDecision(facts).spend, JSON.stringify(facts)).toBe(expected)
              }
            }
          }
        }
      }
    }
  })

  test('a command never gets a placeholder', () => {
    for (const missing of MISSING) {
      for (const frozen of [true, undefined]) {
        for (const hasKey of [true, false]) {
          expect(decided({ purpose: 'command', missing, frozen, hasKey })).not.toContain('placeholder:')
        }
      }
    }
  })
})

describe('what to do about it', () => {
  const hintOf = (changes: Partial<SpendingFacts>): string => {
    const decision = spendingDecision({ ...BUILD, ...changes })
    return decision.spend ? '' : decision.hint
  }

  test.each<[string, Partial<SpendingFacts>, string]>([
    [
      'a build without a key',
      { hasKey: false },
      'Set ONETOKEN_API_KEY (in the environment or in .env.local), or set "missing": "placeholder" to build without them.',
    ],
    [
      'a command without a key',
      { hasKey: false, purpose: 'command' },
      'Set ONETOKEN_API_KEY (in the environment or in .env.local).',
    ],
    [
      'a frozen build',
      { ci: true },
      'Render them on your machine with "npx --no-install onetoken render" and commit the folder of the renders. To let this build render, set "frozen": false in the settings or ONETOKEN_FROZEN=0.',
    ],
    [
      'a frozen command',
      { frozen: true, purpose: 'command' },
      'To render here, set "frozen": false in the settings or ONETOKEN_FROZEN=0.',
    ],
    ['a package', { package: 'theme' }, 'To allow it, add "theme" to "allowPackages" in the settings.'],
    [
      'a file that no package has',
      { package: '' },
      'Move the file into the project, or declare the picture in the manifest and import its entry.',
    ],
    ['development', { purpose: 'dev' }, 'Render them with: npx --no-install onetoken render'],
    [
      'a build that renders nothing',
      { missing: 'error' },
      'Render them with: npx --no-install onetoken render. The setting "missing" says what a build does about them.',
    ],
  ])('%s', (_, changes, hint) => {
    expect(hintOf(changes)).toBe(hint)
  })
})
