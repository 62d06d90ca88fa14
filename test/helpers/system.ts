import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Begins a command that may write only what file modes allow, also for root. */
export const PERMITTED: readonly [string, ...string[]] =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : ['env']

/** What only some systems let a test do, how that is found out, and what to say where it is not so. */
const NEEDS = {
  mount: {
    isThere: canMount,
    why: 'no file systems can be mounted (that takes root on Linux, and a container that allows it)',
  },
  strace: {
    isThere: () => runs('strace', ['-f', '-o', '/dev/null', '-e', 'inject=link:error=EIO', 'true']),
    why: 'there is no strace that may trace processes',
  },
  terminal: {
    isThere: () => runs('script', ['-qefc', 'stty cols 80', '/dev/null']),
    why: 'there is no script (of util-linux) that gives a program a terminal',
  },
  taskset: { isThere: () => runs('taskset', ['-c', '0', 'true']), why: 'there is no taskset' },
  permissions: {
    isThere: () => process.getuid?.() !== 0 || runs('setpriv', [...PERMITTED.slice(1), 'true']),
    why: 'root may write everything, and there is no setpriv that takes that away',
  },
  prlimit: { isThere: () => runs('prlimit', ['--fsize=100000', 'true']), why: 'there is no prlimit' },
}

/** Something that a test needs of the system. */
export type Need = keyof typeof NEEDS

/**
 * Whether the system lacks something that tests of `what` need, for `describe.skipIf`. Says so; with `REQUIRE_SYSTEM=1`
 * it throws.
 */
export function isLacking(need: Need, what: string): boolean {
  const { isThere, why } = NEEDS[need]
  return !isThere() && !unable(what, why)
}

/** Say why tests of `what` cannot run here, and are skipped; with `REQUIRE_SYSTEM=1` that is an error. */
export function unable(what: string, why: string): false {
  if (process.env['REQUIRE_SYSTEM'] === '1') throw new Error(`REQUIRE_SYSTEM=1, and ${why}.`)
  console.warn(`${what}: not tested, as ${why}.`)
  return false
}

function runs(program: string, args: string[]): boolean {
  return spawnSync(program, args).status === 0
}

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const folder = mkdtempSync(join(tmpdir(), 'picture-mount-'))
  try {
    return runs('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]) && runs('umount', [folder])
  } finally {
    rmdirSync(folder)
  }
}
