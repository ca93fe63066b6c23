// node tls.cjs NAME PORT [option=value …], on stdin words of HEX, each a write inside of TLS. Prints what comes.
// alpn=NAME offers that protocol, ca=FILE trusts that authority alone, plain=1 leaves TLS out, size=N cuts writes.
const { readFileSync } = require('node:fs')
const net = require('node:net')
const tls = require('node:tls')

const [host, port, ...words] = process.argv.slice(2)
const options = Object.fromEntries(words.map((word) => word.split('=')))
const messages = readFileSync(0, 'latin1')
  .trim()
  .split(' ')
  .map((word) => Buffer.from(word, 'hex'))

const where = { host, port: Number(port) }
const secure = {
  ...where,
  servername: host,
  ...(options.alpn && { ALPNProtocols: [options.alpn] }),
  ...(options.ca && { ca: readFileSync(options.ca) }),
}
const socket = options.plain ? net.connect(where) : tls.connect(secure)
socket.on(options.plain ? 'connect' : 'secureConnect', () => {
  console.log('connected')
  for (const message of messages) {
    const size = Number(options.size ?? message.length)
    for (let at = 0; at < message.length; at += size) socket.write(message.subarray(at, at + size))
  }
})
socket.on('data', (data) => console.log(data.toString('latin1')))
socket.on('error', (error) => console.log(error.code))
socket.on('close', () => process.exit(0))
setTimeout(() => process.exit(0), 8000)
