import { folder } from '../../project/testing.ts'
import { planInit, type InitOptions, type InitPlan } from './index.ts'

/** A project in which this package is installed, as far as its settings can tell. */
export const INSTALLED: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module", "devDependencies": { "vite": "^8.0.0", "unplugin-onetoken": "1" } }',
  'index.html': '<!doctype html>',
  'node_modules/unplugin-onetoken/package.json': '{ "type": "module", "exports": "./index.js" }',
  'node_modules/unplugin-onetoken/index.js': 'export const defineConfig = (all) => all\n',
}

/** Texts of files by path. */
export type Files = Record<string, string>

/** Options of a project with a key, whose bundler is Vite. */
export const optionsOf = (root: string, more: Partial<InitOptions> = {}): InitOptions => ({
  root,
  mode: 'production',
  env: { ONETOKEN_API_KEY: 'sk-x' },
  keeping: 'git',
  bundlers: ['vite'],
  ...more,
})

/** A project with these files, in which the package is installed. */
export const project = (files: Files = {}): Promise<string> => folder({ ...INSTALLED, ...files })
export const plan = async (files: Files, more: Partial<InitOptions> = {}): Promise<InitPlan> =>
  planInit(optionsOf(await project(files), more))

/** What is done to files, and what is left to do, in lines. */
export const told = ({ files, todo }: InitPlan): string =>
  [
    ...files.map(({ action, file }) => `${action} ${file}`),
    ...todo.map(({ text, code }) => `${text}${code === undefined ? '' : ` ${code.replaceAll('\n', ' | ')}`}`),
  ].join('\n')

/** The text that a file is to get. */
export const textOf = ({ files }: InitPlan, file: string): string | undefined =>
  files.find((one) => one.file === file)?.text
