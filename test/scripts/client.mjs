import { writeFile } from 'node:fs/promises'
import { createClient, OneTokenError } from 'unplugin-onetoken/api'

// It reads no .env file: node --env-file=.env.local client.mjs
const client = createClient({
  apiKey: process.env.ONETOKEN_API_KEY,
  baseURL: process.env.ONETOKEN_BASE_URL,
})

try {
  const { images, lost } = await client.generate({
    model: 'gpt-image-2',
    prompt: 'A red fox in fresh snow',
    size: '1024x1024',
    quality: 'low',
  })
  // At once: nobody else keeps what was paid for.
  for (const [index, { bytes }] of images.entries()) await writeFile(`fox-${index + 1}.png`, bytes)
  for (const line of lost) console.error(line)
} catch (error) {
  if (!(error instanceof OneTokenError)) throw error
  // With `possiblyBilled`, a picture may have been paid for: look at your account's usage log before you ask again.
  console.error(error.message, error.details?.possiblyBilled === true ? '(may have been billed)' : '')
  process.exitCode = error.exitCode
} finally {
  await client.close()
}
