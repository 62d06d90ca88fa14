import { describe, expect, it } from 'vitest'
import { withoutComments } from './tokens.ts'

describe('withoutComments', () => {
  it.each([
    [`a() // b 'c'\nd`, `a()  \nd`],
    [`/* 'a' */b/* c\n */`, ' b '],
    [
      `'// no' + "/* no */" + \`// \${a /* yes */} /* no */\``,
      `'// no' + "/* no */" + \`// \${a  } /* no */\``,
    ],
    [`const re = /\\/\\*[/*]/ // yes`, `const re = /\\/\\*[/*]/  `],
    ['#!/usr/bin/env node\na', '#!/usr/bin/env node\na'],
    // As webpack writes modules in development.
    [`eval("a() // b 'c'\\n/* d */e")`, `eval("a()  \\n e")`],
    [`eval(/* x */"// a")`, `eval( " ")`],
    [`retrieval("// a")`, `retrieval("// a")`],
  ])('%s', (code, expected) => {
    expect(withoutComments(code)).toBe(expected)
  })
})
