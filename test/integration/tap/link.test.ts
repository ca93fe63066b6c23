import { closeSync, fstatSync, openSync, readFileSync, readlinkSync, readSync, writeSync } from 'node:fs'
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
const say = (status: object) => sendAll(link.peer, Buffer.from(`${JSON.stringify(status)}\n`))

describe('the link to the tap', () => {
  it.each([
    ['with IPv6', true, 5],
    ['without', false, 4],
  ])('carries the sockets, %s', async (_, ipv6, count) => {
    link = openTapLink()
    say({ status: 'ready', ipv6 })
    sendDescriptors(
      link.peer,
      Array.from({ length: count }, () => open('/proc/self/stat')),
    )
    const sockets = await link.sockets(5000)
    const received = Object.values(sockets).filter((fd): fd is number => fd !== null)
    expect(received).toHaveLength(count)
    expect(new Set(received).size).toBe(count)
    expect(sockets.dnsUdp6 === null).toBe(!ipv6)
    for (const fd of received) {
      expect(fstatSync(fd).isFile()).toBe(true)
      expect(flagsOf(fd) & 0o2000000).not.toBe(0)
      closeSync(fd)
    }
  })

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
        say({ status: 'ready', ipv6: true })
        link.handOver()
      },
      /ended before it had opened its sockets/,
    ],
    [
      'too few sockets',
      () => {
        say({ status: 'ready', ipv6: true })
        sendDescriptors(link.peer, [open()])
      },
      /too few descriptors/,
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
    const config = { hostLoopbackPorts: [], stage: null, command: ['x'], args: ['y'.repeat(100_000)] }
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
  it('are the same open files', async () => {
    link = openTapLink()
    say({ status: 'ready', ipv6: false })
    const file = open('/proc/self/stat')
    sendDescriptors(link.peer, [file, file, file, file])
    const { tcp, dnsTcp, dnsUdp4, netfilter } = await link.sockets(5000)
    const start = Buffer.alloc(4)
    readSync(tcp, start)
    const rest = Buffer.alloc(4)
    readSync(file, rest)
    expect(
      readFileSync('/proc/self/stat', 'latin1').startsWith(
        `${start.toString()}${rest.toString()}`.slice(0, 4),
      ),
    ).toBe(true)
    expect(rest.equals(start)).toBe(false)
    for (const fd of [tcp, dnsTcp, dnsUdp4, netfilter]) closeSync(fd)
  })

  it('are not waited for where that is asked', () => {
    link = openTapLink()
    expect(receiveDescriptors(link.peer, MSG_DONTWAIT)).toBeNull()
    writeSync(link.peer, '')
  })
})

/** Close-on-exec and the like, in the octal that proc_pid_fdinfo(5) prints. */
function flagsOf(fd: number): number {
  const flags = /^flags:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
  if (flags === undefined) throw new Error(`no flags of ${readlinkSync(`/proc/self/fd/${fd}`)}`)
  return Number.parseInt(flags, 8)
}
