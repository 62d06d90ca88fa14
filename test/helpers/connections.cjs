// Preloaded with --require: writes every attempt of the process, and of those that it starts, to reach another machine
// (or this one by the network) to the file that CONNECTIONS_FILE names, each with the call by which it was made.
const { appendFileSync } = require('node:fs')

const note = (call, target) => appendFileSync(process.env.CONNECTIONS_FILE, `${call} ${target}\n`)
const shown = (value) => {
  try {
    return typeof value === 'string' ? value : (JSON.stringify(value?.href ?? value) ?? String(value))
  } catch {
    return String(value)
  }
}

/** Note the calls of functions of a module or of a prototype, and make them. */
function watch(holder, where, names) {
  for (const name of names) {
    const original = holder[name]
    if (typeof original !== 'function') continue
    holder[name] = function (...args) {
      note(`${where}.${name}`, shown(args.flat()[0]))
      return Reflect.apply(original, this, args)
    }
  }
}

const RESOLVERS = ['lookup', 'lookupService', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'reverse']
const dns = require('node:dns')
watch(dns, 'dns', RESOLVERS)
watch(dns.promises, 'dns.promises', RESOLVERS)
watch(require('node:net').Socket.prototype, 'net.Socket', ['connect'])
watch(require('node:tls'), 'tls', ['connect'])
watch(require('node:http'), 'http', ['request', 'get'])
watch(require('node:https'), 'https', ['request', 'get'])
watch(require('node:http2'), 'http2', ['connect'])
watch(require('node:dgram').Socket.prototype, 'dgram.Socket', ['send', 'connect'])
watch(globalThis, 'globalThis', ['fetch'])
require('node:module').syncBuiltinESMExports()
