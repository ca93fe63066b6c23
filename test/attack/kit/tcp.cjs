// TCP by system calls. node tcp.cjs WAY ADDRESS PORT [MORE]
const { AF, SOCK, connect, familyOf, libc, outcome, sendto, setOption, setsockopt, sockaddr, socket } =
  require('./libc.cjs')

const MSG_FASTOPEN = 0x20000000
const SECRET = Buffer.from('the secret\n')
const [way, address, port, more] = process.argv.slice(2)
const to = sockaddr(address, Number(port))
const fd = socket(familyOf(address), SOCK.stream, 0)

const report = (what, result) => console.log(what, outcome(result))
const dial = () => report('connect', connect(fd, to, to.length))
const write = () => report('send', sendto(fd, SECRET, SECRET.length, 0, null, 0))

const WAYS = {
  fastOpen: () => report('sendto', sendto(fd, SECRET, SECRET.length, MSG_FASTOPEN, to, to.length)),
  boundToDevice: () => {
    report('SO_BINDTODEVICE', setsockopt(fd, 1, 25, Buffer.from('lo\0'), 3))
    dial()
    write()
  },
  /** IP_OPTIONS: a loose source route by way of another address (RFC 791). */
  sourceRouted: () => {
    const route = Buffer.concat([Buffer.from([131, 7, 4, ...more.split('.').map(Number)]), Buffer.from([0])])
    report('IP_OPTIONS', setsockopt(fd, 0, 4, route, route.length))
    dial()
    write()
  },
  /** SO_LINGER of 0 s: what was sent is followed by a reset. */
  reset: () => {
    dial()
    write()
    const linger = Buffer.alloc(8)
    linger.writeInt32LE(1)
    setsockopt(fd, 1, 13, linger, 8)
    libc.func('int close(int fd)')(fd)
  },
}

setOption(fd, AF.inet === familyOf(address) ? 0 : 41, 0, 0)
WAYS[way]()
setTimeout(() => {}, 500)
