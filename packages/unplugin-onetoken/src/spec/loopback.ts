/** The provider of what an API on loopback makes: pretend pictures, which never pass for bought ones. */
export const PRETEND = 'mock'

/** Whether a URL is of this machine itself. */
export function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : ''
  // A URL's host is lower-case, its IPv4 address dotted and its IPv6 address short already.
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127(?:\.\d{1,3}){3}$/.test(host) ||
    /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(host) ||
    ['0.0.0.0', '[::]', '[::1]'].includes(host)
  )
}
