import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FirstBytes } from '../../../runtime/protocol/first-bytes.ts'
import { firstSeen, readOpening } from '../../../runtime/recorder/first-bytes.ts'

const HEAD = 'GET /x HTTP/1.1\r\nHost: api.test:80\r\n\r\n'
let stream: PassThrough
beforeEach(() => {
  stream = new PassThrough()
})
afterEach(() => vi.useRealTimers())
const opening = () => readOpening(stream as unknown as Socket)

describe('readOpening', () => {
  it('waits for the pieces of what it can tell', async () => {
    const read = opening()
    for (const byte of HEAD) stream.write(byte)
    expect(await read).toMatchObject({ first: { kind: 'http', host: 'api.test' }, ended: false })
    expect((await read).bytes.toString()).toBe(HEAD)
  })

  it('stops reading then: what follows is for the relay', async () => {
    const read = opening()
    stream.write(HEAD)
    await read
    expect(stream.isPaused()).toBe(true)
  })

  it.each([
    ['a client that says nothing and ends', (): unknown => stream.end(), '', true],
    ['a client that ends in the middle', (): unknown => stream.end('GET /'), 'GET /', true],
    ['a client that goes away', (): unknown => stream.destroy(), '', true],
    [
      'what is neither',
      (): unknown => stream.write('\0\0\0\x08\x04\xd2\x16/'),
      '\0\0\0\x08\x04\xd2\x16/',
      false,
    ],
  ])('takes %s as it is', async (_, act, bytes, ended) => {
    const read = opening()
    act()
    const { first, ...rest } = await read
    expect(first.kind).toBe('unknown')
    expect({ ...rest, bytes: rest.bytes.toString('latin1') }).toEqual({
      bytes: Buffer.from(bytes).toString('latin1'),
      ended,
    })
  })

  it('has patience for ten seconds', async () => {
    vi.useFakeTimers()
    const read = opening()
    stream.emit('data', Buffer.from('GET'))
    vi.advanceTimersByTime(9_999)
    const early = await Promise.race([read, Promise.resolve('waiting')])
    vi.advanceTimersByTime(1)
    expect(early).toBe('waiting')
    expect(await read).toMatchObject({ first: { kind: 'unknown' }, ended: false })
  })
})

describe('firstSeen', () => {
  it.each<readonly [FirstBytes, object]>([
    [{ kind: 'unknown' }, { kind: 'unknown' }],
    [{ kind: 'malformed', protocol: 'tls' } as FirstBytes, { kind: 'malformed', protocol: 'tls' }],
    [
      { kind: 'tls', sni: 'a.test', alpn: ['h2'], ech: false } as unknown as FirstBytes,
      { kind: 'tls', sni: 'a.test' },
    ],
  ])('%j', (first, expected) => expect(firstSeen(first)).toEqual(expected))
})
