import { describe, expect, it } from 'vitest'
import { encodeQueryValue, inline, told } from './testing.ts'

describe('hostile prompts', () => {
  const prompts: [string, string][] = [
    ['an exclamation mark', 'a fox!raw-loader!b'],
    ['a hash', 'painting #1 # of #2'],
    ['percent signs', '100% wool, 50%25 off, %zz %'],
    ['semicolons', 'a fox; a hen; a goose'],
    ['plus signs', 'red + blue = 1+1'],
    ['ampersands', 'salt & pepper && more&w=1'],
    ['an escaped ampersand', 'a literal %26 here'],
    ['quotes', `"double" 'single' \`back\``],
    ['a newline', 'first line\nsecond line'],
    ['a backslash', 'C:\\temp\\u0041'],
    ['the ending of a stylesheet', 'a poster of style.css'],
    ['the ending of JSON', 'package.json'],
    ['emoji', '🦊 in ❄️ with 👩‍👩‍👧'],
    ['3,000 Latin letters', 'lorem ipsum '.repeat(250).trim()],
    ['1,500 Chinese characters', '雪地里的红狐回头看着月亮山'.repeat(116).slice(0, 1500)],
    ['question marks', 'what? why?prompt=no'],
    ['template syntax', '${x} {prompt} $& $1 </script>'],
    ['control characters', 'a\u0007b\u001b[31mc'],
    ['right to left', 'ثعلب أحمر في الثلج'],
  ]

  it.each(prompts)('%s', (_what, prompt) => {
    expect(inline(`w=480&prompt=${encodeQueryValue(prompt)}&quality=low`)).toEqual({
      widths: [480],
      prompt,
      quality: 'low',
    })
  })

  it.each(prompts)('%s, percent-encoded as by a URL', (_what, prompt) => {
    expect(inline(`prompt=${encodeURIComponent(prompt)}`)).toEqual({ prompt })
  })

  it('takes what needs no escape as it stands', () => {
    const prompt = `100% "real" fox! #1; red + blue, what? C:\\x = y`
    expect(inline(`prompt=${prompt}`)).toEqual({ prompt })
  })

  it('refuses half a character, which no encoding can send', () => {
    expect(told(() => inline('prompt=a \ud83e fox'))).toMatchInlineSnapshot(`
      "BAD_VALUE
      "prompt" cannot be "a \\ud83e fox": it holds half of a character (a lone surrogate), which cannot be sent."
    `)
  })

  it('takes 32,000 characters and no more', () => {
    expect(inline(`prompt=${'x'.repeat(32_000)}`).prompt).toHaveLength(32_000)
    expect(told(() => inline(`prompt=${'狐'.repeat(32_001)}`))).toMatchInlineSnapshot(`
      "BAD_VALUE
      "prompt" cannot be "狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐狐…": it has 32,001 characters, and at most 32,000 are allowed."
    `)
  })
})
