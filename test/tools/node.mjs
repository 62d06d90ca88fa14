// Other versions of Node, from the npm registry: the packages that the package `node` is made of, one a system, which
// need no install script. As a command it prints the folder of the binary: node test/tools/node.mjs 22.23.3
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root, run } from './setup.mjs'

/** Path of the Node of a version, installed where it is not there yet. */
export function provideNode(version) {
  const system = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${system}-${process.arch}`
  const folder = join(root, 'test', '.work', 'nodes', version)
  const node = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(node)) {
    rmSync(folder, { recursive: true, force: true })
    run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--silent', `${name}@${version}`])
  }
  const { stdout } = spawnSync(node, ['-p', 'process.version'], { encoding: 'utf8' })
  if (stdout?.trim() !== `v${version}`) throw new Error(`${node} is not Node ${version}: ${stdout}`)
  return node
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(dirname(provideNode(process.argv[2] ?? '')))
}
