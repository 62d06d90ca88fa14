import { createOneToken, OneTokenError } from 'unplugin-onetoken/api'

const onetoken = createOneToken({
  root: 'site',
  // Not what the process has: this script renders nothing by accident.
  env: {},
  settings: { manifest: 'pictures/*.yaml', frozen: true },
})

try {
  const hero = await onetoken.image('hero')
  console.log(hero.src)
} catch (error) {
  if (!(error instanceof OneTokenError)) throw error
  // Such as RENDERS_MISSING. What the message says and what to do about it is for people, the code for scripts.
  console.error(`${error.code}: ${error.message}\n${error.hint ?? ''}`)
  process.exitCode = error.exitCode
}
