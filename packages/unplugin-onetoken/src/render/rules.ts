import { quote } from '../quote.ts'
import type { MissingPolicy } from '../spec/settings-types.ts'

/**
 * Who asks for pictures. `build` is a plain production build; `dev` is all that serves, watches, tests or scans,
 * and development modes; `command` is a person who said `onetoken render`.
 */
export type Purpose = 'build' | 'dev' | 'command'

/** What the rule looks at. */
export interface SpendingFacts {
  purpose: Purpose
  hasKey: boolean
  /** The setting or `ONETOKEN_FROZEN`; undefined when neither says anything. */
  frozen: boolean | undefined
  ci: boolean
  /** Whether renders of this machine go into a remote store, so that they outlive it. */
  keeps: boolean
  missing: MissingPolicy
  /**
   * Name of the package that asks, below `node_modules` or outside of the project. Empty for a file out there that lies
   * in no package, undefined for the project's own sources.
   */
  package: string | undefined
  allowPackages: readonly string[]
}

/** Whether a missing render may be paid for; if not, what takes its place, why, and how to change that. */
export type SpendingDecision =
  | { spend: true }
  | { spend: false; instead: 'placeholder' | 'error'; code: MissingCode; why: string; hint: string }

/** Whether a key is all that is lacking. */
export type MissingCode = 'RENDERS_MISSING' | 'API_KEY_MISSING'

/** npm's limit of a package's name. */
const MAX_NAME = 214

const RENDER = 'npx --no-install onetoken render'

/** The one place that decides whether money is spent. */
export function spendingDecision(facts: SpendingFacts): SpendingDecision {
  if (facts.purpose === 'dev') {
    return no('placeholder', 'development, tests and watching never render', `Render them with: ${RENDER}`)
  }
  if (facts.frozen ?? (!facts.keeps && rendersOnlyToKeep(facts))) return frozen(facts)
  if (facts.package !== undefined && !facts.allowPackages.includes(facts.package)) {
    return refused(facts.package)
  }
  if (facts.purpose === 'build' && facts.missing !== 'render') {
    const hint = `Render them with: ${RENDER}. The setting "missing" says what a build does about them.`
    return no(facts.missing, `the setting "missing" is "${facts.missing}"`, hint)
  }
  if (!facts.hasKey) {
    const set = 'Set ONETOKEN_API_KEY (in the environment or in .env.local)'
    const without = ', or set "missing": "placeholder" to build without them'
    const hint = `${set}${facts.purpose === 'build' ? without : ''}.`
    return { ...no('error', 'there is no API key', hint), code: 'API_KEY_MISSING' }
  }
  return { spend: true }
}

function refused(name: string): SpendingDecision {
  if (name === '') {
    const hint =
      'Move the file into the project, or declare the picture in the manifest and import its entry.'
    return no(
      'error',
      'a file outside of the project asks for it, and only its own may spend your money',
      hint,
    )
  }
  const hint = `To allow it, add ${quote(name, MAX_NAME)} to "allowPackages" in the settings.`
  const why = `the package ${quote(name, MAX_NAME)} asks for it, and packages may not spend your money`
  return no('error', why, hint)
}

/** Whether a build may only pay for what is kept elsewhere: the machine that it runs on is thrown away. */
export function rendersOnlyToKeep({
  purpose,
  ci,
  frozen,
}: Pick<SpendingFacts, 'purpose' | 'ci' | 'frozen'>): boolean {
  return ci && purpose === 'build' && frozen === undefined
}

function frozen({ purpose, frozen: said, missing }: SpendingFacts): SpendingDecision {
  const thaw = 'set "frozen": false in the settings or ONETOKEN_FROZEN=0.'
  // Who says "render" wants the pictures, not something in their place.
  if (purpose === 'command') return no('error', 'rendering is frozen', `To render here, ${thaw}`)
  const hint =
    `Render them on your machine with "${RENDER}" and commit the folder of the renders. ` +
    `To let this build render, ${thaw}`
  const why =
    said === true
      ? 'rendering is frozen'
      : 'a CI build renders nothing unless the settings say so (CI is set)'
  return no(missing === 'placeholder' ? 'placeholder' : 'error', why, hint)
}

function no(
  instead: 'placeholder' | 'error',
  why: string,
  hint: string,
): SpendingDecision & { spend: false } {
  return { spend: false, instead, code: 'RENDERS_MISSING', why, hint }
}
