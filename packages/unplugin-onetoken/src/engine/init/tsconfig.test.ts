import { describe, expect, it } from 'vitest'
import { fileListsOf, isListed, withFile } from './tsconfig.ts'

const TYPES = 'onetoken-env.d.ts'

describe('a tsconfig.json', () => {
  it.each([
    '{ "include": ["src", "*.ts"] }',
    '{ "include": ["**/*"] }',
    '{ "include": ["**"] }',
    '{ "include": ["./"] }',
    '{ "include": ["."] }',
    '{ // all\n "include": ["src", "./onetoken-env.d.ts",], }',
    '{ "include": ["*-env.d.ts"] }',
    '{ "files": ["main.ts", "./onetoken-env.d.ts"] }',
  ])('has the file in its lists: %s', (text) => {
    expect(isListed(fileListsOf(text) ?? {}, TYPES)).toBe(true)
  })

  it.each([
    '{}',
    '{ "include": [] }',
    '{ "include": ["src"], "exclude": ["*.ts"] }',
    '{ "include": ["src/**/*.ts", "*.js"] }',
    '{ "compilerOptions": { "include": ["*"] } }',
    '{ "files": ["main.ts"] }',
  ])('has it not: %s', (text) => {
    expect(isListed(fileListsOf(text) ?? {}, TYPES)).toBe(false)
  })

  it.each([
    'no JSON at all: [',
    '',
    '[]',
    '{ "include": ["src"',
    '{ "include": "src" }',
    '{ "include": ["a"], "include": [] }',
    '{ "include": ["a", 1] }',
  ])('is no such file: %s', (text) => {
    expect(fileListsOf(text)).toBeUndefined()
  })

  it('gets a file more, and is otherwise as it was', () => {
    const texts = [
      '{ "include": ["src"] }',
      '{ "include": [] }',
      '{\n\t"compilerOptions": { "files": [] },\n\t"include": [\n\t\t"src", // sources\n\t\t"tests" /* too */,\n\t],\n}\n',
      '\ufeff{\r\n  "include": [\r\n    "src"\r\n  ]\r\n}\r\n',
    ]
    const changed = texts.map((text) => {
      const { include } = fileListsOf(text) ?? {}
      return include === undefined ? '' : withFile(text, include, TYPES)
    })
    expect(changed).toMatchInlineSnapshot(`
      [
        "{ "include": ["src", "onetoken-env.d.ts"] }",
        "{ "include": ["onetoken-env.d.ts"] }",
        "{
      	"compilerOptions": { "files": [] },
      	"include": [
      		"src", // sources
      		"tests",
      		"onetoken-env.d.ts" /* too */,
      	],
      }
      ",
        "﻿{
        "include": [
          "src",
          "onetoken-env.d.ts"
        ]
      }
      ",
      ]
    `)
  })
})
