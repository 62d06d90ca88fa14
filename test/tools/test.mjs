// npm test: sets up what is missing, then runs unit and end-to-end tests. Arguments go to vitest.
import { join } from 'node:path'
import { root, run, setup } from './setup.mjs'

setup()
run('node', [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)])
