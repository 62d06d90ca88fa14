/** `url("…")` with a path or URL in it. */
export function cssURL(url: string): string {
  return `url("${url.replace(/["\\]/g, '\\$&').replace(/[\n\r\f]/g, (line) => `\\${line.charCodeAt(0).toString(16)} `)}")`
}
