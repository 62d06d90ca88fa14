import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Versions of what encodes; they are part of every recipe. */
export interface EncoderVersions {
  /** sharp's version; `absent` when it is not installed. */
  sharp: string
  /**
   * libvips' version; `built` when sharp was compiled here against a libvips of the system (which version
   * that is shows only once it is loaded), `unknown` when the prebuilt library is not where it should be.
   */
  libvips: string
}

/**
 * Finds the versions of sharp and libvips from the files of their packages, without loading either:
 * a build that has all its variants must not pay for loading a native library.
 * @param from Path or file URL of a module that can import sharp. @default this package
 */
export function encoderVersions(from: string | URL = import.meta.url): EncoderVersions {
  const home = packageOf('sharp', from)
  if (home === undefined) return { sharp: 'absent', libvips: 'unknown' }
  return { sharp: home.version, libvips: libvipsVersion(home.folder) }
}

function packageOf(name: string, from: string | URL): { folder: string; version: string } | undefined {
  let folder: string
  try {
    folder = dirname(createRequire(from).resolve(name))
  } catch {
    return undefined
  }
  // Up from the entry, wherever `exports` has put it; folders in between may hold a package.json without a name.
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    const found = readJson(join(folder, 'package.json'))
    if (found?.['name'] === name) return { folder, version: String(found['version']) }
  }
  return undefined
}

function libvipsVersion(sharpFolder: string): string {
  // sharp prefers a binary that was compiled on the spot to any prebuilt one.
  if (hasOwnBuild(sharpFolder)) return 'built'
  // Package managers with strict layouts let only sharp itself see its own optional dependencies.
  const require = createRequire(join(sharpFolder, 'package.json'))
  for (const target of targets()) {
    // Windows and WebAssembly carry libvips inside sharp's own binary package.
    for (const name of [`@img/sharp-libvips-${target}`, `@img/sharp-${target}`]) {
      try {
        const version = readJson(require.resolve(`${name}/versions`))?.['vips']
        if (typeof version === 'string') return version
      } catch {
        // This one is not installed; the next may be.
      }
    }
  }
  return 'unknown'
}

/** What sharp calls this platform; on Linux either C library. All have the same version at a time. */
function targets(): string[] {
  const { platform, arch } = process
  const names = platform === 'linux' ? [`linux-${arch}`, `linuxmusl-${arch}`] : [`${platform}-${arch}`]
  return [...names, 'wasm32', 'webcontainers-wasm32', 'freebsd-wasm32']
}

function hasOwnBuild(sharpFolder: string): boolean {
  try {
    return readdirSync(join(sharpFolder, 'src/build/Release')).some((name) => name.endsWith('.node'))
  } catch {
    return false
  }
}

function readJson(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch {
    return undefined
  }
}
