// Many connections. node flood.cjs short ADDRESS COUNT SECONDS: COUNT of them, or as many as fit into SECONDS, each
// with a few bytes. node flood.cjs slow ADDRESS COUNT SECONDS: COUNT at once, each with a byte a second of a
// request that never ends, for that long or until the other side has ended all of them. Prints how many the kernel
// began, and how many of the slow ones the other side ended.
const { readFileSync } = require('node:fs')
const { connect } = require('node:net')

const [way, address, count, seconds] = process.argv.slice(2)
const PORT = 4444
/** Short ones at once: more than the recorder has room for. */
const WINDOW = 4000

/** Connections begun in this network namespace, those aside that were never established. */
function begun() {
  const tcp = counters('snmp', 'Tcp')
  const { EmbryonicRsts } = counters('netstat', 'TcpExt')
  // A reset of what nobody had accepted yet counts as a failure of the listener's side.
  return tcp.ActiveOpens - (tcp.AttemptFails - EmbryonicRsts)
}

function counters(file, protocol) {
  const lines = readFileSync(`/proc/net/${file}`, 'latin1').match(new RegExp(`^${protocol}: .*$`, 'gm'))
  const [names, values] = lines.map((line) => line.split(' ').slice(1))
  return Object.fromEntries(names.map((name, index) => [name, Number(values[index])]))
}

function short() {
  const until = Date.now() + 1000 * Number(seconds)
  let dialled = 0
  let open = 0
  const next = () => {
    while (open < WINDOW && dialled < Number(count) && Date.now() < until) {
      dialled++
      open++
      const socket = connect(PORT, address, () => socket.end('the secret'))
      socket.on('error', () => {})
      socket.on('close', () => {
        open--
        if (Date.now() < until && dialled < Number(count)) next()
        else if (open === 0) console.log(begun())
      })
    }
  }
  next()
}

function slow() {
  let ended = 0
  const sockets = Array.from({ length: Number(count) }, () => {
    const socket = connect(PORT, address, () => socket.write('GET /'))
    socket.on('error', () => {})
    socket.on('close', () => ended++)
    return socket
  })
  let rounds = 0
  const timer = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('x')
    if (++rounds < Number(seconds) && ended < sockets.length) return
    clearInterval(timer)
    console.log(begun(), ended)
    process.exit()
  }, 1000)
}

if (way === 'short') short()
else slow()
