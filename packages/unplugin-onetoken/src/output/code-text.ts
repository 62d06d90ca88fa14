/** What ends or hides the script of a page that a text stands in, and what shows a text in another order than it has. */
const UNSAFE = /<\/|<(?=!--|script)|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gi

/**
 * JSON that may stand in any script, also in one that a page has in it, and that reads as what it is. As a value it is the
 * same; the text may be JSON or JavaScript, with such characters in strings only.
 */
export function codeText(json: string): string {
  return json.replace(UNSAFE, (found) => (found === '</' ? '<\\/' : escape(found)))
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
