// Puts the README and the licence of the repository into the package, where other files lie at other paths.
import { copyFile, readFile, writeFile } from 'node:fs/promises'

const repository = new URL('../../', import.meta.url)
const text = await readFile(new URL('README.md', repository), 'utf8')

const own = text
  // What is not shipped has no link, and no picture.
  .replaceAll(/!\[[^\]]*\]\(examples\/[^)]*\)\n\n/g, '')
  .replaceAll(/\[([^\]]*)\]\((?:examples[^)]*|CONTRIBUTING\.md)\)/g, '$1')
  .replaceAll('](packages/unplugin-onetoken/', '](')

await writeFile(new URL('README.md', import.meta.url), own)
await copyFile(new URL('LICENSE', repository), new URL('LICENSE', import.meta.url))
