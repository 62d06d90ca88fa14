// The Node that runs what is measured: vite-imagetools needs 22, whatever Node runs the bench itself.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from '../tools/setup.mjs'

export const NODE_VERSION = '22.23.3'

/** Path of that Node, which is installed from the npm registry where it is not there yet. */
export function provideNode() {
  const folder = join(root, 'test', '.work', 'nodes', NODE_VERSION)
  const file = process.platform === 'win32' ? 'node.exe' : 'node'
  const node = join(folder, 'node_modules', 'node', 'bin', file)
  if (!existsSync(node)) {
    rmSync(folder, { recursive: true, force: true })
    // The package puts the binary in its place by an install script.
    const flags = ['--no-audit', '--no-fund', '--silent', '--allow-scripts=node']
    run('npm', ['install', '--prefix', folder, ...flags, `node@${NODE_VERSION}`])
  }
  const { stdout } = spawnSync(node, ['-p', 'process.version'], { encoding: 'utf8' })
  if (stdout?.trim() !== `v${NODE_VERSION}`) throw new Error(`${node} is not Node ${NODE_VERSION}: ${stdout}`)
  return node
}
