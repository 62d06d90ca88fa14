import { describe as suite, expect, it } from 'vitest'
import { OneTokenError, type ErrorCode, type ErrorParts } from '../errors.ts'
import { describe, missingError, notMadeAnew, oneProblem, placeText, type MissingRender } from './problems.ts'

const ROOT = '/site'
const missing = (own: Partial<MissingRender> = {}): OneTokenError =>
  missingError({
    key: own.label ?? 'hero',
    code: 'API_KEY_MISSING',
    label: 'hero',
    where: 'images.yaml:3:3',
    worst: 0.25,
    why: 'there is no API key',
    hint: 'Set ONETOKEN_API_KEY.',
    ...own,
  })
const error = (code: ErrorCode, message: string, parts?: ErrorParts): OneTokenError =>
  new OneTokenError(code, message, parts)
const said = (...problems: OneTokenError[]): string => {
  const problem = oneProblem(problems, ROOT)
  return problem === undefined ? '' : `${problem.code} ${problem.exitCode}\n${describe(problem, ROOT)}`
}

suite('missing renders', () => {
  it('are one message, each with its place and price, and the total', () => {
    const others = Array.from({ length: 3 }, (_, index) =>
      missing({ label: `e${index}`, where: `images.yaml:${index + 4}:3`, worst: 0.011 }),
    )
    expect(said(missing(), ...others, missing({ label: '"a fox"', where: undefined })))
      .toMatchInlineSnapshot(`
        "API_KEY_MISSING 3
        5 renders are missing, and there is no API key:
          "a fox": at most $0.250
          hero (images.yaml:3:3): at most $0.250
          e0 (images.yaml:4:3): at most $0.011
          e1 (images.yaml:5:3): at most $0.011
          e2 (images.yaml:6:3): at most $0.011
          together: at most $0.533
          Set ONETOKEN_API_KEY."
      `)
  })

  it('are one sentence when there is one', () => {
    expect(said(missing())).toMatchInlineSnapshot(`
      "API_KEY_MISSING 3
      1 render is missing, and there is no API key:
        hero (images.yaml:3:3): at most $0.250
        Set ONETOKEN_API_KEY."
    `)
  })

  it('have each place once, also where some of them were told together before', () => {
    const one = missing({ key: 'k', where: 'a.html:1:67' })
    const both = missing({ key: 'k', where: 'a.html:1:67, b.html:1:2' })
    expect(said(one, both)).toContain('hero (a.html:1:67, b.html:1:2): at most')
    expect(said(both, one)).toContain('hero (a.html:1:67, b.html:1:2): at most')
  })

  it('are not said to be missing where they are there, and are not made anew', () => {
    const frozen = { why: 'rendering is frozen', hint: 'Thaw.' }
    expect(said(notMadeAnew(missing({ ...frozen, key: 'k' }), 'k'), missing({ ...frozen, label: 'boat' })))
      .toMatchInlineSnapshot(`
      "API_KEY_MISSING 3
      1 render is there, and not made anew, as rendering is frozen:
        hero (images.yaml:3:3): at most $0.250
      1 render is missing, and rendering is frozen:
        boat (images.yaml:3:3): at most $0.250
        Thaw."
    `)
  })

  it('are named up to fifty, and all counted', () => {
    const many = Array.from({ length: 120 }, (_, index) =>
      missing({ label: `e${index}`, where: `images.yaml:${index}:3`, worst: 0.05 }),
    )
    const lines = said(...many).split('\n')
    expect(lines).toHaveLength(2 + 50 + 2 + 1)
    expect(lines[1]).toBe('120 renders are missing, and there is no API key:')
    expect(lines.slice(52)).toEqual(['  and 70 more', '  together: at most $6.00', '  Set ONETOKEN_API_KEY.'])
  })

  it('are told for each reason, with each hint once', () => {
    const frozen = {
      code: 'RENDERS_MISSING' as const,
      why: 'this run is frozen',
      hint: 'Render them and commit.',
    }
    expect(said(missing(), missing({ label: 'b', ...frozen }), missing({ label: 'c', ...frozen })))
      .toMatchInlineSnapshot(`
        "RENDERS_MISSING 3
        1 render is missing, and there is no API key:
          hero (images.yaml:3:3): at most $0.250
        2 renders are missing, and this run is frozen:
          b (images.yaml:3:3): at most $0.250
          c (images.yaml:3:3): at most $0.250
          together: at most $0.500
          Set ONETOKEN_API_KEY.
          Render them and commit."
      `)
  })

  it('that several places ask for are one render, and are paid once', () => {
    const where = ['b.ts:1:1', 'a.ts:10:1', 'a.ts:9:1', 'a.ts:9:1', undefined]
    const twice = where.map((one) => missing({ key: 'k', where: one }))
    expect(said(...twice)).toMatchInlineSnapshot(`
      "API_KEY_MISSING 3
      1 render is missing, and there is no API key:
        hero (a.ts:9:1, a.ts:10:1, b.ts:1:1): at most $0.250
        Set ONETOKEN_API_KEY."
    `)
    expect(said(missing(), missing())).toContain('1 render is missing')
  })

  it('leave their facts for machines', () => {
    const problem = oneProblem([missing(), missing({ label: 'b' })], ROOT)
    expect(problem?.details?.['missing']).toHaveLength(2)
  })

  it('come after what else went wrong', () => {
    expect(
      said(
        missing(),
        error('API_REFUSED', 'The API refused it.', {
          place: { file: '/site/a.ts', line: 2, column: 5 },
          hint: 'Change the words.',
        }),
      ),
    ).toMatchInlineSnapshot(`
      "API_KEY_MISSING 3
      2 problems:
      - a.ts:2:5 The API refused it.
        Change the words.
      - 1 render is missing, and there is no API key:
        hero (images.yaml:3:3): at most $0.250
        Set ONETOKEN_API_KEY."
    `)
  })
})

suite('several problems', () => {
  it('are none, or one as it is', () => {
    expect(oneProblem([])).toBeUndefined()
    const one = error('BAD_VALUE', 'Bad.')
    expect(oneProblem([one])).toBe(one)
  })

  it('that are equal are said once', () => {
    const place = { file: '/site/a.ts', line: 2, column: 5 }
    const same = [0, 1, 2].map(() => error('BAD_VALUE', 'Bad.', { place }))
    expect(oneProblem(same)).toBe(same[0])
    expect(said(...same, error('BAD_VALUE', 'Bad.', { place: { ...place, line: 3 } })))
      .toMatchInlineSnapshot(`
      "BAD_VALUE 1
      2 problems:
      - a.ts:2:5 Bad.
      - a.ts:3:5 Bad."
    `)
  })

  it('that stop the run are said once for each code, whatever the number of the request', () => {
    const refused = [1, 2, 3].map((id) =>
      error('API_NO_CREDIT', `No credit left (request ${id})`, { details: { stopAll: true } }),
    )
    expect(said(...refused)).toBe('API_NO_CREDIT 1\nNo credit left (request 1)')
  })

  it('take the gravest exit, and one code when they share it', () => {
    expect(said(error('BAD_VALUE', 'a'), error('UNKNOWN_ENTRY', 'b'))).toMatch(
      /^SEVERAL 1\n2 problems:\n- a\n- b$/,
    )
    expect(said(error('BAD_VALUE', 'a'), error('POSSIBLY_BILLED', 'b'), missing())).toMatch(
      /^POSSIBLY_BILLED 4\n/,
    )
    expect(said(error('BAD_VALUE', 'a'), missing({ code: 'RENDERS_MISSING' }))).toMatch(
      /^RENDERS_MISSING 3\n/,
    )
  })

  it('keep their codes and places for machines', () => {
    const place = { file: '/site/a.ts', line: 1, column: 1 }
    const problem = oneProblem([error('BAD_VALUE', 'a', { place, hint: 'h' }), error('UNKNOWN_ENTRY', 'b')])
    expect(problem?.details?.['errors']).toEqual([
      { code: 'BAD_VALUE', message: 'a', hint: 'h', place, details: undefined },
      { code: 'UNKNOWN_ENTRY', message: 'b', hint: undefined, place: undefined, details: undefined },
    ])
  })
})

suite('what cannot disturb a terminal or a log', () => {
  it('labels and places', () => {
    const nasty = '::error::\u001b[2J\u202e##vso[x]'
    const text = said(missing({ label: nasty, where: `${nasty}:1:1` }), missing({ label: 'b\nc' }))
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(text).not.toMatch(/^\s*::|##vso/m)
    expect(text).toMatchInlineSnapshot(`
      "API_KEY_MISSING 3
      2 renders are missing, and there is no API key:
        \\u003a:error::\\u001b[2J\\u202e#\\u0023vso[x] (\\u003a:error::\\u001b[2J\\u202e#\\u0023vso[x]:1:1): at most $0.250
        b\\nc (images.yaml:3:3): at most $0.250
        together: at most $0.500
        Set ONETOKEN_API_KEY."
    `)
  })

  it('names of files', () => {
    expect(placeText({ file: '/site/a\u001b[2J\n::x.ts', line: 1, column: 2 }, ROOT)).toBe(
      'a\\u001b[2J\\n::x.ts:1:2',
    )
    expect(placeText({ file: '/site/::warning::x.ts' }, ROOT)).toBe('\\u003a:warning::x.ts')
  })
})

suite('places', () => {
  it.each([
    [{ file: '/site/src/a.ts', line: 3, column: 17 }, 'src/a.ts:3:17'],
    [{ file: '/site/src/a.ts', line: 3 }, 'src/a.ts:3:1'],
    [{ file: '/site/a.ts' }, 'a.ts'],
    [{ file: '/other/a.ts', line: 1, column: 1 }, '/other/a.ts:1:1'],
    [{ file: '/site/..a.ts' }, '..a.ts'],
    [{ file: '/site' }, '/site'],
  ])('%j', (place, text) => {
    expect(placeText(place, ROOT)).toBe(text)
  })
})

suite('an error as text', () => {
  it('puts place, message and hint together', () => {
    const place = { file: '/site/a.ts', line: 2, column: 5 }
    expect(describe(error('BAD_VALUE', 'Bad.', { place, hint: 'one\ntwo' }), ROOT)).toBe(
      'a.ts:2:5 Bad.\n  one\n  two',
    )
    expect(describe(error('BAD_VALUE', 'Bad.'), ROOT)).toBe('Bad.')
  })
})
