import { mkdir, open, symlink, writeFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import { toldBy } from '../spec/testing.ts'
import { isInside, readInput } from './input-file.ts'
import { folder } from './testing.ts'

const place = { file: 'images.yaml', line: 4, column: 7 }
const read = (path: string, base: string, root: string = base): ReturnType<typeof readInput> =>
  readInput({ role: 'image', path, base }, root, place)
const said = async (path: string, base: string, root: string = base): Promise<string> =>
  (await toldBy(read(path, base, root))).replaceAll(root, '<root>')

describe('a good input', () => {
  it('is read from beside the file that names it', async () => {
    const root = await folder({ 'src/photo.png': 'bytes', 'photos/b c.png': 'other' })
    const expected = {
      role: 'image',
      file: join(root, 'src/photo.png'),
      bytes: Buffer.from('bytes'),
      sha256: sha256('bytes'),
    }
    expect(await read('photo.png', join(root, 'src'), root)).toEqual(expected)
    expect(await read('./photo.png', join(root, 'src'), root)).toEqual(expected)
    expect(await read('../photos/b c.png', join(root, 'src'), root)).toMatchObject({
      sha256: sha256('other'),
    })
    expect(
      await read('../..photo.png', join(root, 'src'), root).catch(
        (error: unknown) => (error as Error).message,
      ),
    ).toMatch(/is not there/)
  })

  it('may be a link inside the root, and keeps its own name', async () => {
    const root = await folder({ 'real/photo.png': 'bytes' })
    await symlink('real', join(root, 'linked'))
    await symlink('real/photo.png', join(root, 'link.png'))
    expect(await read('linked/photo.png', root)).toMatchObject({
      file: join(root, 'linked/photo.png'),
      sha256: sha256('bytes'),
    })
    expect(await read('link.png', root)).toMatchObject({ file: join(root, 'link.png') })
  })

  it('may be named by its real path where the root is a link', async () => {
    const outer = await folder({ 'real/src/photo.png': 'bytes' })
    await symlink('real', join(outer, 'site'))
    const [linked, real] = [join(outer, 'site'), join(outer, 'real')]
    for (const base of [linked, real]) {
      for (const root of [linked, real]) {
        expect((await read('src/photo.png', base, root)).bytes.toString()).toBe('bytes')
      }
    }
  })

  it('may have fifty MiB', async () => {
    const root = await folder({})
    await sparse(join(root, 'big.png'), 50 * 1024 * 1024)
    expect((await read('big.png', root)).bytes).toHaveLength(50 * 1024 * 1024)
  })
})

describe('an input is refused', () => {
  it('with what was meant, of what is in its folder', async () => {
    const root = await folder({ 'photos/fox.png': 'bytes', 'photos/boat.png': 'bytes', 'fax.png': 'bytes' })
    await symlink(join(root, '..'), join(root, 'out'))
    for (const path of ['photos/fax.png', './photos/FOX.jpg']) {
      expect(await said(path, root)).toContain('; did you mean "photos/fox.png"?')
    }
    for (const path of ['photos/whale.png', 'photo/fox.png', `out/${parse(root).name}x`]) {
      expect(await said(path, root)).not.toContain('did you mean')
    }
  })
  it('when it is missing', async () => {
    const root = await folder({ 'a.png': 'x' })
    const paths = ['b.png', 'a.png/c.png']
    expect((await Promise.all(paths.map((path) => said(path, root)))).join('\n\n')).toMatchInlineSnapshot(`
      "INPUT_MISSING images.yaml:4:7
      The image "b.png" is not there: <root>/b.png does not exist.
      > Paths are relative to <root>.

      INPUT_MISSING images.yaml:4:7
      The image "a.png/c.png" is not there: <root>/a.png/c.png does not exist.
      > Paths are relative to <root>."
    `)
  })

  it('when it has a name that no file can have', async () => {
    const root = await folder({})
    expect(await said(`${'long'.repeat(100)}.png`, root)).toMatch(
      /^INPUT_MISSING .*\nThe image "long.*…" cannot be read: .* gives ENAMETOOLONG\./,
    )
  })

  it('when it lies outside of the root', async () => {
    const outer = await folder({ 'secret.png': 'x', 'root/a.png': 'x', 'root-2/b.png': 'x' })
    const root = join(outer, 'root')
    const paths = ['../secret.png', '../root-2/b.png', '../nothing.png', '..', 'a/../../secret.png']
    const messages = await Promise.all(paths.map((path) => said(path, root)))
    expect(messages.join('\n\n').replaceAll(outer, '<outer>')).toMatchInlineSnapshot(`
      "INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "../secret.png" lies outside the project: it is <outer>/secret.png.
      > Only files inside <root> are sent to the API. Copy it into the project; a link to it does not help.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "../root-2/b.png" lies outside the project: it is <root>-2/b.png.
      > Only files inside <root> are sent to the API. Copy it into the project; a link to it does not help.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "../nothing.png" lies outside the project: it is <outer>/nothing.png.
      > Only files inside <root> are sent to the API. Copy it into the project; a link to it does not help.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image ".." lies outside the project: it is <outer>.
      > Only files inside <root> are sent to the API. Copy it into the project; a link to it does not help.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "a/../../secret.png" lies outside the project: it is <outer>/secret.png.
      > Only files inside <root> are sent to the API. Copy it into the project; a link to it does not help."
    `)
  })

  it('when a link leads out of the root', async () => {
    const outer = await folder({ 'secret.png': 'x', 'root/a.png': 'x' })
    const root = join(outer, 'root')
    await symlink('../secret.png', join(root, 'link.png'))
    await symlink('..', join(root, 'up'))
    const messages = await Promise.all(['link.png', 'up/secret.png'].map((path) => said(path, root)))
    expect(messages.join('\n\n').replaceAll(outer, '<outer>')).toMatchInlineSnapshot(`
      "INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "link.png" lies outside the project: it is <outer>/secret.png.
      > Only files inside <root> are sent to the API. Copy it into the project; a link to it does not help.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "up/secret.png" lies outside the project: it is <outer>/secret.png.
      > Only files inside <root> are sent to the API. Copy it into the project; a link to it does not help."
    `)
  })

  it('when a link leads nowhere, or to itself', async () => {
    const root = await folder({})
    await symlink('nothing.png', join(root, 'dead.png'))
    await symlink('self.png', join(root, 'self.png'))
    expect((await Promise.all(['dead.png', 'self.png'].map((path) => said(path, root)))).join('\n\n'))
      .toMatchInlineSnapshot(`
      "INPUT_MISSING images.yaml:4:7
      The image "dead.png" is not there: <root>/dead.png does not exist.
      > Paths are relative to <root>.

      INPUT_MISSING images.yaml:4:7
      The image "self.png" cannot be read: <root>/self.png is a link that leads to itself.
      > Paths are relative to <root>."
    `)
  })

  it('when it is no relative path', async () => {
    const root = await folder({ 'a.png': 'x' })
    const paths = [
      join(root, 'a.png'),
      '/etc/passwd',
      'C:\\photo.png',
      'file:///etc/passwd',
      'https://example.com/a.png',
      'data:image/png;base64,AAAA',
      'a\0.png',
      '\u001b[2J:\u202e',
    ]
    expect((await Promise.all(paths.map((path) => said(path, root)))).join('\n\n')).toMatchInlineSnapshot(`
      "INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "<root>/a.png" is not a relative path.
      > Write it relative to <root>, as in ./photo.png.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "/etc/passwd" is not a relative path.
      > Write it relative to <root>, as in ./photo.png.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "C:\\photo.png" is not a relative path.
      > Write it relative to <root>, as in ./photo.png.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "file:///etc/passwd" is not a relative path.
      > Write it relative to <root>, as in ./photo.png.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "https://example.com/a.png" is an address, not a file of the project.
      > Download the picture into the project, and write its path.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "data:image/png;base64,AAAA" is an address, not a file of the project.
      > Download the picture into the project, and write its path.

      INPUT_OUTSIDE_ROOT images.yaml:4:7
      The image "a\\u0000.png" is not a relative path.
      > Write it relative to <root>, as in ./photo.png.

      INPUT_MISSING images.yaml:4:7
      The image "\\u001b[2J:\\u202e" is not there: <root>/\\u001b[2J:\\u202e does not exist.
      > Paths are relative to <root>."
    `)
  })

  it('when it is a folder', async () => {
    const root = await folder({})
    await mkdir(join(root, 'photos'))
    expect((await Promise.all(['photos', '.'].map((path) => said(path, root)))).join('\n\n'))
      .toMatchInlineSnapshot(`
      "INPUT_INVALID images.yaml:4:7
      The image "photos" is not a file: <root>/photos is a folder or a device.
      > Name a picture: png, jpg or webp.

      INPUT_INVALID images.yaml:4:7
      The image "." is not a file: <root> is a folder or a device.
      > Name a picture: png, jpg or webp."
    `)
  })

  it('when it is too large to be sent', async () => {
    const root = await folder({})
    await sparse(join(root, 'big.png'), 50 * 1024 * 1024 + 1)
    await sparse(join(root, 'huge.png'), 2 ** 40)
    expect((await Promise.all(['big.png', 'huge.png'].map((path) => said(path, root)))).join('\n\n'))
      .toMatchInlineSnapshot(`
      "INPUT_INVALID images.yaml:4:7
      The image "big.png" has 51 MiB; at most 50 MiB can be sent.
      > Make it smaller: a picture of 2048 pixels is as good for the model.

      INPUT_INVALID images.yaml:4:7
      The image "huge.png" has 1048576 MiB; at most 50 MiB can be sent.
      > Make it smaller: a picture of 2048 pixels is as good for the model."
    `)
  })

  it('with a name that is safe to print', async () => {
    const root = await folder({})
    const name = 'a\u001b[2J\n::warning::\u202e.png'
    expect(await said(name, root)).toMatchInlineSnapshot(`
      "INPUT_MISSING images.yaml:4:7
      The image "a\\u001b[2J\\n::warning::\\u202e.png" is not there: <root>/a\\u001b[2J\\n::warning::\\u202e.png does not exist.
      > Paths are relative to <root>."
    `)
    await writeFile(join(root, name), 'x')
    expect((await read(name, root)).bytes.toString()).toBe('x')
  })
})

describe('isInside', () => {
  it.each<[string, string, boolean]>([
    ['/a/b', '/a', true],
    ['/a', '/a', true],
    ['/a/..b', '/a', true],
    ['/a/...', '/a', true],
    ['/ab', '/a', false],
    ['/', '/a', false],
    ['/b', '/a', false],
    ['/a', '/', true],
  ])('%s in %s: %s', (file, root, inside) => {
    expect(isInside(file, root)).toBe(inside)
  })
})

/** A file of some size that takes no room on the disk. */
async function sparse(file: string, size: number): Promise<void> {
  const handle = await open(file, 'w')
  await handle.truncate(size)
  await handle.close()
}
