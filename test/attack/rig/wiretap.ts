import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Internet } from '../../fixtures/internet/model.ts'
import { KOFFI } from './barrage.ts'

/** Every byte that crosses the link between the host and the world. */
export interface Wiretap {
  /** Stops listening; gives all packets, one after the other. */
  stop(): Promise<Buffer>
}

// AF_PACKET and ETH_P_ALL, in the world's namespace: packet(7).
const PROGRAM = `
const koffi = require(process.argv[1])
const libc = koffi.load(null)
const fd = libc.func('int socket(int, int, int)')(17, 2 | 0o4000, 0x0300)
const recv = libc.func('long recv(int, void *, size_t, int)')
const buffer = Buffer.alloc(65536)
const packets = []
const read = () => {
  for (let length; (length = Number(recv(fd, buffer, buffer.length, 0))) >= 0; ) packets.push(Buffer.from(buffer.subarray(0, length)))
}
const timer = setInterval(read, 5)
process.stdin.on('end', () => {
  clearInterval(timer)
  read()
  process.stdout.end(Buffer.concat(packets).toString('base64'))
})
process.stdin.resume()
process.stderr.write('ready')
`

export async function tapWire(internet: Internet): Promise<Wiretap> {
  const argv = ['netns', 'exec', internet.namespaces.world, process.execPath, '-e', PROGRAM, KOFFI]
  const child = spawn('ip', argv, { stdio: 'pipe' })
  await once(child.stderr, 'data')
  return {
    stop: async () => {
      child.stdin.end()
      return Buffer.from(await text(child.stdout), 'base64')
    },
  }
}
