// Many connections. node flood.cjs short ADDRESS COUNT SECONDS: COUNT of them, or as many as fit into SECONDS, each
// with a few bytes. node flood.cjs slow ADDRESS COUNT SECONDS: COUNT at once, each with a byte a second of a
// request that never ends. Prints how many were made, and how many of the slow ones were ended by the other side.
const { connect } = require('node:net')

const [way, address, count, seconds] = process.argv.slice(2)
const PORT = 4444
/** Short ones at once: more than the recorder has room for. */
const WINDOW = 4000
let made = 0

function short() {
  const until = Date.now() + 1000 * Number(seconds)
  let begun = 0
  let open = 0
  const next = () => {
    while (open < WINDOW && begun < Number(count) && Date.now() < until) {
      begun++
      open++
      const socket = connect(PORT, address, () => {
        made++
        socket.end('the secret')
      })
      socket.on('error', () => {})
      socket.on('close', () => {
        open--
        if (Date.now() < until && begun < Number(count)) next()
        else if (open === 0) console.log(made)
      })
    }
  }
  next()
}

function slow() {
  let ended = 0
  const sockets = Array.from({ length: Number(count) }, () => {
    const socket = connect(PORT, address, () => {
      made++
      socket.write('GET /')
    })
    socket.on('error', () => {})
    socket.on('close', () => ended++)
    return socket
  })
  let rounds = 0
  const timer = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('x')
    if (++rounds < Number(seconds)) return
    clearInterval(timer)
    console.log(made, ended)
    process.exit()
  }, 1000)
}

if (way === 'short') short()
else slow()
