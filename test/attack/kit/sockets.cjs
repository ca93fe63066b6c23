// Sockets by number. node sockets.cjs WAY …
const { AF, SOCK, bind, koffi, outcome, sendto, sockaddr, socket } = require('./libc.cjs')
const { networkInterfaces } = require('node:os')

const PAYLOAD = Buffer.from('the secret, in a packet of its own')
const [way, ...words] = process.argv.slice(2)

function checksum(bytes) {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16)
  return ~sum & 0xffff
}

/** An echo request (RFC 792, RFC 4443); the kernel sums up version 6 itself. */
function echo(type) {
  const bytes = Buffer.concat([Buffer.from([type, 0, 0, 0, 0, 7, 0, 1]), PAYLOAD])
  bytes.writeUInt16BE(checksum(bytes), 2)
  return bytes
}

function sent(fd, data, address, port = 0) {
  if (fd < 0) return outcome(fd)
  const to = sockaddr(address, port)
  return outcome(sendto(fd, data, data.length, 0, to, to.length))
}

const WAYS = {
  make: (domain, type, protocol) => outcome(socket(Number(domain), Number(type), Number(protocol))),
  raw: (address, protocol) => {
    const v6 = address.includes(':')
    const icmp = Number(protocol) === 1 || Number(protocol) === 58
    const fd = socket(v6 ? AF.inet6 : AF.inet, SOCK.raw, Number(protocol))
    return sent(fd, icmp ? echo(v6 ? 128 : 8) : PAYLOAD, address)
  },
  /** The kind of socket that lets plain users ping, where the host allows it. */
  ping: (address) => {
    const v6 = address.includes(':')
    return sent(socket(v6 ? AF.inet6 : AF.inet, SOCK.dgram, v6 ? 58 : 1), echo(v6 ? 128 : 8), address)
  },
  udplite: (address) => sent(socket(AF.inet, SOCK.dgram, 136), PAYLOAD, address, 9999),
  /** A whole IPv4 packet in a frame of the interface's. */
  packet: (address) => {
    const fd = socket(AF.packet, SOCK.dgram, 0x0008)
    if (fd < 0) return outcome(fd)
    const header = Buffer.from('45000000000000004011000000000000', 'hex')
    const bytes = Buffer.concat([header, Buffer.from(address.split('.').map(Number)), PAYLOAD])
    bytes.writeUInt16BE(bytes.length, 2)
    bytes.set([192, 168, 77, 2], 12)
    bytes.writeUInt16BE(checksum(bytes.subarray(0, 20)), 10)
    const to = Buffer.alloc(20)
    to.writeUInt16LE(AF.packet, 0)
    to.writeUInt16BE(0x0800, 2)
    to.writeInt32LE(Number(words[1] ?? interfaceIndex()), 4)
    to.writeUInt8(6, 11)
    to.fill(0xff, 12, 18)
    return outcome(sendto(fd, bytes, bytes.length, 0, to, to.length))
  },
  bindRaw: () => {
    const fd = socket(AF.packet, SOCK.raw, 0x0300)
    return fd < 0 ? outcome(fd) : outcome(bind(fd, Buffer.alloc(20), 20))
  },
}

function interfaceIndex() {
  const name = Object.keys(networkInterfaces()).find((each) => each !== 'lo') ?? 'lo'
  return koffi.load(null).func('unsigned int if_nametoindex(str name)')(name)
}

console.log(WAYS[way](...words))
