import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FirstBytes } from '../../../runtime/protocol/first-bytes.ts'
import { refuse } from '../../../runtime/recorder/refusal.ts'

let server: Server
let client: Socket
let near: Socket
beforeEach(async () => {
  server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  near = accepted
})
afterEach(() => {
  client.destroy()
  near.destroy()
  server.close()
})

/** What the client gets, or the code of its error. */
async function got(): Promise<string> {
  let text = ''
  try {
    for await (const chunk of client) text += (chunk as Buffer).toString('latin1')
    return text
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? ''
  }
}

describe('refuse', () => {
  it.each<readonly [string, FirstBytes | null, string]>([
    ['TLS with an alert', { kind: 'tls' } as FirstBytes, '\x15\x03\x03\x00\x02\x02\x31'],
    ['what is unknown with a reset', { kind: 'unknown' }, 'ECONNRESET'],
    ['what was not read with a reset', null, 'ECONNRESET'],
  ])('answers %s', async (_, first, expected) => {
    refuse(near, first, 'undeclared')
    expect(await got()).toBe(expected)
  })

  it('answers HTTP in its own words alone', async () => {
    refuse(near, { kind: 'http', host: '<script>' } as FirstBytes, 'undeclared')
    const text = await got()
    expect(text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(text).toContain('Connection: close\r\n\r\nmcp-run denied this request: undeclared\n')
    const [head = '', body = ''] = text.split('\r\n\r\n')
    expect(Number(/Content-Length: (\d+)/.exec(head)?.[1])).toBe(body.length)
    expect(text).not.toContain('script')
  })

  it('minds no client that has gone', () => {
    near.destroy()
    refuse(near, null, 'undeclared')
    refuse(near, { kind: 'http' } as FirstBytes, 'undeclared')
  })
})
