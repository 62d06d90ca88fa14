// Preloaded with --import: writes every module that the process loads and every connection that it opens to the
// file that TRACE_FILE names.
import { appendFileSync } from 'node:fs'
import Module, { register } from 'node:module'
import net from 'node:net'

const file = process.env.TRACE_FILE
register(
  `data:text/javascript,${encodeURIComponent(`
  import { appendFileSync } from 'node:fs'
  export async function load(url, context, next) {
    appendFileSync(${JSON.stringify(file)}, 'load ' + url + '\\n')
    return next(url, context)
  }
`)}`,
)
const { _load } = Module
Module._load = function (request, ...rest) {
  appendFileSync(file, `load ${request}\n`)
  return _load.call(this, request, ...rest)
}
const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...args) {
  const target = args.flat()[0]
  // A child process talks to its parent by a pipe that has no host or path.
  appendFileSync(file, `connect ${JSON.stringify(target)}\n`)
  return connect.apply(this, args)
}
process.on('exit', () => {
  for (const shared of process.report.getReport().sharedObjects) appendFileSync(file, `native ${shared}\n`)
})
