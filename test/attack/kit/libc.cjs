// System calls for hostile servers: what Node does not offer, they call in the C library.
const koffi = require(process.env.KOFFI)

const libc = koffi.load(null)
const raw = libc.func('long syscall(long n, long a, long b, long c, long d, long e, long f)')
const errnoNames = new Map(Object.entries(koffi.os.errno).map(([name, code]) => [code, name]))

/** Pointers in arguments: the address of a Buffer's first byte. */
const pointer = (buffer) => koffi.address(buffer)

function call(number, ...args) {
  const words = [...args, 0, 0, 0, 0, 0, 0].slice(0, 6)
  return Number(raw(number, ...words.map((word) => (Buffer.isBuffer(word) ? pointer(word) : BigInt(word)))))
}

/** `ok` or the errno's name: what a probe says of itself. */
function outcome(result) {
  if (Number(result) >= 0) return 'ok'
  const code = koffi.errno()
  return errnoNames.get(code) ?? `errno ${code}`
}

const AF = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17, vsock: 40 }
const SOCK = { stream: 1, dgram: 2, raw: 3, seqpacket: 5 }

function sockaddr(address, port) {
  if (address.includes(':')) {
    const bytes = Buffer.alloc(28)
    bytes.writeUInt16LE(AF.inet6, 0)
    bytes.writeUInt16BE(port, 2)
    ipv6Bytes(address).copy(bytes, 8)
    return bytes
  }
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16LE(AF.inet, 0)
  bytes.writeUInt16BE(port, 2)
  Buffer.from(address.split('.').map(Number)).copy(bytes, 4)
  return bytes
}

function ipv6Bytes(address) {
  const quad = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const text = quad
    ? quad[1] +
      [quad.slice(2, 4), quad.slice(4, 6)]
        .map(([high, low]) => (Number(high) * 256 + Number(low)).toString(16))
        .join(':')
    : address
  const [head, tail] = text.split('::')
  const left = head.split(':').filter(Boolean)
  const right = (tail ?? '').split(':').filter(Boolean)
  const groups = [...left, ...new Array(8 - left.length - right.length).fill('0'), ...right]
  const bytes = Buffer.alloc(16)
  groups.forEach((group, index) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * index)
  })
  return bytes
}

const socket = libc.func('int socket(int domain, int type, int protocol)')
const bind = libc.func('int bind(int fd, void *address, uint32_t length)')
const connect = libc.func('int connect(int fd, void *address, uint32_t length)')
const listen = libc.func('int listen(int fd, int backlog)')
const close = libc.func('int close(int fd)')
const sendto = libc.func(
  'long sendto(int fd, void *data, size_t length, int flags, void *address, uint32_t addressLength)',
)
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, void *value, uint32_t length)')

function setOption(fd, level, name, value) {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return setsockopt(fd, level, name, bytes, 4)
}

const familyOf = (address) => (address.includes(':') ? AF.inet6 : AF.inet)

module.exports = {
  AF,
  SOCK,
  bind,
  call,
  close,
  connect,
  familyOf,
  koffi,
  libc,
  listen,
  outcome,
  pointer,
  sendto,
  setOption,
  setsockopt,
  sockaddr,
  socket,
}
