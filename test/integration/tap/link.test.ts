import { closeSync, openSync, readFileSync, readlinkSync, readSync, writeSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { receiveDescriptors, sendAll, sendDescriptors } from '../../../runtime/tap/descriptors.ts'
import { type InheritedLink, openTapLink } from '../../../runtime/tap/link.ts'

const MSG_DONTWAIT = 0x40
let link: InheritedLink
const descriptors: number[] = []
afterEach(() => {
  link.close()
  for (const fd of descriptors.splice(0)) closeSync(fd)
})
/** A descriptor that stands for a socket: the link does not look at what it carries. */
const open = (path = '/dev/null'): number => {
  const fd = openSync(path, 'r')
  descriptors.push(fd)
  return fd
}
const READY = {
  status: 'ready',
  sockets: ['tcp', 'dnsTcp', 'dnsUdp4', 'netfilter', 'snmp', 'netstat'],
  namespace: 'net:[1]',
}
const say = (status: object) => sendAll(link.peer, Buffer.from(`${JSON.stringify(status)}\n`))

describe('the link to the tap', () => {
  it.each<readonly [string, () => void, RegExp]>([
    [
      'what the tap says went wrong',
      () => say({ status: 'failed', step: 'network', message: 'nft failed' }),
      /network: nft failed/,
    ],
    ['an end before any word', () => link.handOver(), /ended before it had opened its sockets/],
    [
      'an end after a word but without sockets',
      () => {
        say(READY)
        link.handOver()
      },
      /ended before it had opened its sockets/,
    ],
    [
      'too few sockets',
      () => {
        say(READY)
        sendDescriptors(link.peer, [open()])
      },
      /too few descriptors/,
    ],
    [
      'what are no sockets',
      () => {
        say(READY)
        sendDescriptors(
          link.peer,
          READY.sockets.map(() => open('/proc/self/stat')),
        )
      },
      /getsockopt: ENOTSOCK/,
    ],
    [
      'a network that is the host’s own',
      () => {
        say({ ...READY, namespace: readlinkSync('/proc/self/ns/net') })
        sendDescriptors(
          link.peer,
          READY.sockets.map(() => open('/proc/self/stat')),
        )
      },
      /the network of the host/,
    ],
  ])('rejects with %s', async (_, act, message) => {
    link = openTapLink()
    const sockets = link.sockets(5000)
    act()
    await expect(sockets).rejects.toThrow(message)
  })

  it('does not wait for ever', async () => {
    link = openTapLink()
    await expect(link.sockets(20)).rejects.toThrow('the tap gave no answer in 20 ms')
  })

  it('gives its orders, however long, in one line', async () => {
    link = openTapLink()
    const config = {
      hostLoopbackPorts: [],
      stage: null,
      user: null,
      command: ['x'],
      args: ['y'.repeat(100_000)],
    }
    link.order(config)
    let text = ''
    while (!text.endsWith('\n')) text += receiveDescriptors(link.peer, 0)?.data.toString() ?? ''
    expect(JSON.parse(text)).toEqual(config)
  })

  it.each<readonly [string, () => void, string | null]>([
    ['the tap’s end by exec', () => link.handOver(), null],
    ['its failure', () => say({ status: 'failed', step: 'exec', message: 'ENOENT' }), 'exec: ENOENT'],
  ])('tells of %s', async (_, act, expected) => {
    link = openTapLink()
    const became = link.became()
    act()
    expect(await became).toBe(expected)
  })

  it('may be closed again and again', () => {
    link = openTapLink()
    link.close()
    link.close()
    link.handOver()
  })
})

describe('descriptors over a unix socket', () => {
  it('are the same open files', () => {
    link = openTapLink()
    const file = open('/proc/self/stat')
    sendDescriptors(link.peer, [file])
    const [received = -1] = receiveDescriptors(receiver(), 0)?.descriptors ?? []
    const [start, rest] = [Buffer.alloc(4), Buffer.alloc(4)]
    readSync(received, start)
    readSync(file, rest)
    expect(rest.equals(start)).toBe(false)
    expect(flagsOf(received) & 0o2000000).not.toBe(0)
    closeSync(received)
  })

  it('are not waited for where that is asked', () => {
    link = openTapLink()
    expect(receiveDescriptors(link.peer, MSG_DONTWAIT)).toBeNull()
    writeSync(link.peer, '')
  })
})

/** mcp-run's own end of the socket pair: the one made just before the peer. */
function receiver(): number {
  return link.peer - 1
}

/** Close-on-exec and the like, in the octal that proc_pid_fdinfo(5) prints. */
function flagsOf(fd: number): number {
  const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
  if (flags === undefined) throw new Error(`no flags of ${readlinkSync(`/proc/self/fd/${fd}`)}`)
  return Number.parseInt(flags, 8)
}
