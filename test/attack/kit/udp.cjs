// UDP by system calls. node udp.cjs WAY ADDRESS PORT COUNT [MORE]
const { networkInterfaces } = require('node:os')
const {
  AF,
  SOCK,
  bind,
  call,
  connect,
  familyOf,
  libc,
  outcome,
  pointer,
  sendto,
  setOption,
  setsockopt,
  sockaddr,
  socket,
} = require('./libc.cjs')

const [way, address, port, count, more] = process.argv.slice(2)
const times = Number(count)
const PAYLOAD = Buffer.from('the secret')
const SYS_SENDMMSG = process.arch === 'arm64' ? 269 : 307
const SOL_IP = 0
const SOL_UDP = 17
const SOL_IPV6 = 41

const mapped = way === 'mapped'
const family = mapped ? AF.inet6 : familyOf(address)
const to = sockaddr(mapped ? `::ffff:${address}` : address, Number(port))
const fd = socket(family, SOCK.dgram, 0)
const report = (what, result) => console.log(what, outcome(result))

/** A `struct msghdr` for one datagram, and the buffers that it points to. */
function header(data = PAYLOAD) {
  const vector = Buffer.alloc(16)
  vector.writeBigUInt64LE(pointer(data), 0)
  vector.writeBigUInt64LE(BigInt(data.length), 8)
  const message = Buffer.alloc(56)
  message.writeBigUInt64LE(pointer(to), 0)
  message.writeUInt32LE(to.length, 8)
  message.writeBigUInt64LE(pointer(vector), 16)
  message.writeBigUInt64LE(1n, 24)
  return { message, vector }
}

function sendEach(data = PAYLOAD) {
  let result = 0
  for (let n = 0; n < times; n++) result = sendto(fd, data, data.length, 0, to, to.length)
  report('sendto', result)
}

const WAYS = {
  sendto: sendEach,
  mapped: sendEach,
  connected: () => {
    report('connect', connect(fd, to, to.length))
    const write = libc.func('long write(int fd, void *data, size_t length)')
    for (let n = 0; n < times; n++) report('write', write(fd, PAYLOAD, PAYLOAD.length))
  },
  sendmsg: () => {
    const sendmsg = libc.func('long sendmsg(int fd, void *message, int flags)')
    const { message } = header()
    for (let n = 0; n < times; n++) report('sendmsg', sendmsg(fd, message, 0))
  },
  sendmmsg: () => {
    const { message } = header()
    const vector = Buffer.concat(
      Array.from({ length: times }, () => Buffer.concat([message, Buffer.alloc(8)])),
    )
    console.log('sendmmsg', call(SYS_SENDMMSG, fd, vector, times, 0))
  },
  /** UDP_SEGMENT: the kernel cuts one write into datagrams. */
  segmented: () => {
    report('UDP_SEGMENT', setOption(fd, SOL_UDP, 103, PAYLOAD.length))
    const data = Buffer.alloc(PAYLOAD.length * times, PAYLOAD)
    report('sendto', sendto(fd, data, data.length, 0, to, to.length))
  },
  broadcast: () => {
    report('SO_BROADCAST', setOption(fd, 1, 6, 1))
    sendEach()
  },
  boundToDevice: () => {
    // Whichever there is that leads outside; in a sandbox there is none.
    const device = Object.keys(networkInterfaces()).find((name) => name !== 'lo') ?? 'lo'
    report('SO_BINDTODEVICE', setsockopt(fd, 1, 25, Buffer.from(device), device.length))
    sendEach()
  },
  /** From an address of somebody else's: IP_FREEBIND or IPV6_FREEBIND, then bind. */
  spoofed: () => {
    report('FREEBIND', family === AF.inet ? setOption(fd, SOL_IP, 15, 1) : setOption(fd, SOL_IPV6, 78, 1))
    const from = sockaddr(more, 0)
    report('bind', bind(fd, from, from.length))
    sendEach()
  },
  /** IPV6_MTU: fragments, of which only the first has a port. */
  fragmented: () => {
    report('IPV6_MTU', setOption(fd, SOL_IPV6, 24, 1280))
    sendEach(Buffer.alloc(4000, PAYLOAD))
  },
  large: () => sendEach(Buffer.alloc(60_000, PAYLOAD)),
  empty: () => sendEach(Buffer.alloc(0)),
  /** IPV6_RTHDR: a segment routing header (RFC 8754), which needs no privilege. */
  routed: () => {
    const last = sockaddr(more, 0).subarray(8, 24)
    const first = sockaddr(address, 0).subarray(8, 24)
    const route = Buffer.concat([Buffer.from([0, 4, 4, 1, 1, 0, 0, 0]), last, first])
    report('IPV6_RTHDR', setsockopt(fd, SOL_IPV6, 57, route, route.length))
    sendEach()
  },
}

WAYS[way]()
