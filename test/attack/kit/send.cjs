// node send.cjs udp|tcp ADDRESS PORT [option=value …], on stdin words of HEX: each is a datagram, or a write.
// size=N cuts writes into pieces, gap=MS waits between them, wait=MS waits for answers, from=ADDRESS binds first.
const { readFileSync } = require('node:fs')
const { createSocket } = require('node:dgram')
const { connect } = require('node:net')
const { setTimeout: pause } = require('node:timers/promises')

const [transport, address, port, ...words] = process.argv.slice(2)
const options = Object.fromEntries(words.filter((word) => word.includes('=')).map((word) => word.split('=')))
const messages = readFileSync(0, 'latin1')
  .trim()
  .split(' ')
  .map((word) => Buffer.from(word, 'hex'))
const waitMs = Number(options.wait ?? 300)

async function overUdp() {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.on('error', (error) => console.log(error.code))
  socket.on('message', (message) => console.log('answer', message.toString('hex')))
  if (options.from) await new Promise((resolve) => socket.bind(0, options.from, resolve))
  for (const message of messages) {
    await new Promise((resolve) =>
      socket.send(message, Number(port), address, (error) => {
        console.log(error?.code ?? 'sent')
        resolve()
      }),
    )
  }
  await pause(waitMs)
  socket.close()
}

async function overTcp() {
  const socket = connect({ host: address, port: Number(port), localAddress: options.from, noDelay: true })
  let ended = false
  socket.on('error', (error) => console.log(error.code))
  socket.on('data', (data) => console.log('answer', data.toString('hex')))
  const closed = new Promise((resolve) => {
    socket.on('close', () => {
      ended = true
      resolve()
    })
  })
  await new Promise((resolve) => {
    socket.on('connect', resolve)
    socket.on('close', resolve)
  })
  console.log(ended ? 'refused' : 'connected')
  for (const message of messages) {
    const size = Number(options.size ?? message.length)
    for (let at = 0; at < message.length && !ended; at += size) {
      socket.write(message.subarray(at, at + size))
      if (options.gap || options.size) await pause(Number(options.gap ?? 0))
    }
  }
  await Promise.race([closed, pause(waitMs)])
  socket.end()
  await Promise.race([closed, pause(1000)])
  socket.destroy()
}

;(transport === 'udp' ? overUdp() : overTcp()).then(() => process.exit(0))
