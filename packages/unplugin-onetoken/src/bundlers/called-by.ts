/**
 * Whether the function `name` of a library is among the callers. Some bundlers do not tell their plugins what they are
 * about to do, but set them up within the call that says so.
 */
export function isCalledBy(name: string, library: RegExp): boolean {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 50
  const { stack = '' } = new Error('look')
  Error.stackTraceLimit = stackTraceLimit
  const call = new RegExp(`^\\s*at (?:async )?(?:\\w+\\.)?${name} \\(`)
  return stack.split('\n').some((line) => call.test(line) && library.test(line))
}
