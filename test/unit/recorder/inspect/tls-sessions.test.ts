import { EventEmitter } from 'node:events'
import type { TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { tlsSessions } from '../../../../runtime/recorder/inspect/tls-sessions.ts'

const NAME = 'api.test'

function connection(authorized: boolean) {
  return Object.assign(new EventEmitter(), { authorized })
}

function keep(
  sessions: ReturnType<typeof tlsSessions>,
  socket: ReturnType<typeof connection>,
  offer: string[] = [],
) {
  sessions.of(NAME, offer).keep(socket as unknown as TLSSocket)
}

describe('a TLS session', () => {
  it('is kept for the same name and offer, the latest one, until it is forgotten', () => {
    const sessions = tlsSessions()
    const socket = connection(true)
    keep(sessions, socket)
    socket.emit('session', Buffer.from('one'))
    socket.emit('session', Buffer.from('two'))
    expect(sessions.of(NAME, []).ticket?.toString()).toBe('two')
    expect([sessions.of(NAME, ['h2']).ticket, sessions.of('other.test', []).ticket]).toEqual([
      undefined,
      undefined,
    ])
    sessions.of(NAME, []).forget()
    expect(sessions.of(NAME, []).ticket).toBeUndefined()
  })

  it('is not, before and unless its certificate is known to be good', () => {
    const sessions = tlsSessions()
    const socket = connection(false)
    keep(sessions, socket)
    socket.emit('session', Buffer.from('early'))
    expect(sessions.of(NAME, []).ticket).toBeUndefined()
    socket.authorized = true
    socket.emit('secureConnect')
    expect(sessions.of(NAME, []).ticket?.toString()).toBe('early')
  })

  it('of so many names are kept and no more', () => {
    const sessions = tlsSessions()
    for (let at = 0; at <= 512; at++) {
      const socket = connection(true)
      sessions.of(`${at}.test`, []).keep(socket as unknown as TLSSocket)
      socket.emit('session', Buffer.from('x'))
    }
    expect([sessions.of('0.test', []).ticket, sessions.of('512.test', []).ticket?.length]).toEqual([
      undefined,
      1,
    ])
  })
})
