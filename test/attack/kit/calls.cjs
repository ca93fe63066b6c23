// System calls and socket options by number. node calls.cjs WAY …
const { AF, SOCK, call, familyOf, libc, outcome, setOption, socket } = require('./libc.cjs')

const X64 = process.arch === 'x64'
const [way, ...words] = process.argv.slice(2)
const numbers = words.map(Number)

const WAYS = {
  /** Each number with no arguments: what is refused is refused before they are looked at. */
  each: () => numbers.map((number) => `${number} ${outcome(call(number))}`).join('\n'),
  call: (number, ...args) => outcome(call(Number(number), ...args.map(Number))),
  option: (family, level, name, value) => {
    return outcome(
      setOption(socket(Number(family), SOCK.stream, 0), Number(level), Number(name), Number(value)),
    )
  },
  datagramOption: (family, level, name, value) => {
    return outcome(
      setOption(socket(Number(family), SOCK.dgram, 0), Number(level), Number(name), Number(value)),
    )
  },
  become: (id) => outcome(libc.func('int setuid(unsigned int id)')(Number(id))),
  becomeGroup: (id) => outcome(libc.func('int setgid(unsigned int id)')(Number(id))),
  groups: () => outcome(libc.func('int setgroups(size_t count, void *list)')(1, Buffer.alloc(4))),
  type: () => {
    const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *argument)')
    return outcome(ioctl(0, 0x5412, Buffer.from('x')))
  },
  /** The same request with bits above it that the kernel does not look at. */
  typeWide: () => outcome(call(X64 ? 16 : 29, 0, 0x1_0000_5412n, Buffer.from('x'))),
  listen: (address, port) => {
    const fd = socket(familyOf(address), SOCK.stream, 0)
    const { bind, sockaddr } = require('./libc.cjs')
    const to = sockaddr(address, Number(port))
    return outcome(bind(fd, to, to.length))
  },
  /** The numbers of the x32 ABI: the same calls by another door. */
  x32: () => outcome(call(0x4000_0000 + 41, AF.packet, SOCK.raw, 0)),
}

console.log(WAYS[way](...words))
