// node scan.cjs ADDRESS …: the TCP ports that accept a connection, all 65,535 tried.
const { SOCK, close, connect, familyOf, sockaddr, socket } = require('./libc.cjs')

/** Twice, since a socket whose own port is the one that it tries connects to itself. */
function accepts(family, to) {
  return [1, 2].every(() => {
    const fd = socket(family, SOCK.stream, 0)
    const result = connect(fd, to, to.length)
    close(fd)
    return result === 0
  })
}

for (const address of process.argv.slice(2)) {
  const to = sockaddr(address, 0)
  const family = familyOf(address)
  const open = []
  for (let port = 1; port < 65_536; port++) {
    to.writeUInt16BE(port, 2)
    if (accepts(family, to)) open.push(port)
  }
  console.log(`${address}: ${open.join(' ')}.`)
}
