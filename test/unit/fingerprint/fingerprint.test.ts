import { expect, test } from 'vitest'
import { readVersions } from '../../../runtime/store/read/versions.ts'
import { DENIED } from '../store/entries.ts'
import { HOST, lines, sessions } from './sessions.ts'

const OLD = { package: 'exa@1.0.15' }
const NEW = { package: 'exa@1.0.16' }
const MAIL = ['/From', '/To', '/Subject']

test('the first session only learns, and what it showed is no news', () => {
  const { session } = sessions()
  const first = session(OLD, ({ send, reach }) => {
    send('POST', '/email', MAIL)
    send('GET', '/server')
    reach('other.test', DENIED)
  })
  const second = session(OLD, ({ send, reach }) => {
    reach('other.test', DENIED)
    send('GET', '/server')
    send('POST', '/email', MAIL)
  })
  expect([first, second]).toEqual([[], []])
})

test('a field that says where a mail goes, in a new version: high, and told once', () => {
  const { session } = sessions()
  session(OLD, ({ send }) => void send('POST', '/email', MAIL))
  const alerts = session(NEW, ({ send }) => {
    send('POST', '/email', [...MAIL, '/Bcc'])
    send('POST', '/email', [...MAIL, '/Bcc'])
  })
  expect(lines(alerts)).toEqual(['high field /Bcc version'])
  expect(alerts[0]).toMatchObject({
    kind: 'drift',
    reason: 'drift',
    action: 'allowed',
    destination: { name: HOST },
    evidence: {
      version: 'exa@1.0.16',
      versions: ['exa@1.0.15'],
      earlier: 1,
      place: `${HOST}:443 POST /email`,
    },
  })
  expect(session(NEW, ({ send }) => void send('POST', '/email', [...MAIL, '/Bcc']))).toEqual([])
})

test('a version that is still young is compared with those before', () => {
  const { session } = sessions()
  for (let n = 0; n < 3; n++) session(OLD, ({ send }) => void send('POST', '/email', MAIL))
  session(NEW, ({ send }) => void send('POST', '/email', MAIL))
  const alerts = session(NEW, ({ send }) => {
    send('POST', '/email', [...MAIL, '/Tag'])
    send('DELETE', '/email')
    send('GET', '/x', [], 'new.test')
  })
  expect(lines(alerts)).toEqual([
    'medium field /Tag version',
    'medium path DELETE /email version',
    'medium host new.test:443/tls version',
  ])
})

test('within a version: little while it is young, more when its sessions have shown what it does', () => {
  const { session } = sessions()
  session(OLD, ({ send }) => void send('POST', '/email', MAIL))
  const early = session(OLD, ({ send, reach }) => {
    send('POST', '/email', [...MAIL, '/Cc', '/Tag'])
    send('GET', '/server')
    reach('new.test')
  })
  expect(lines(early)).toEqual([
    'low field /Cc session',
    'info field /Tag session',
    'info path GET /server session',
    'info host new.test:443/tls session',
  ])
  for (let n = 0; n < 4; n++) session(OLD, ({ send }) => void send('POST', '/email', MAIL))
  const late = session(OLD, ({ send, reach }) => {
    send('POST', '/email', [...MAIL, '/Bcc', '/HtmlBody'])
    send('GET', '/stats')
    reach('late.test')
  })
  expect(lines(late)).toEqual([
    'medium field /Bcc session',
    'low field /HtmlBody session',
    'low path GET /stats session',
    'medium host late.test:443/tls session',
  ])
})

test('of what is new as a whole the parts are no news', () => {
  const { session } = sessions()
  session(OLD, ({ send }) => void send('POST', '/email', MAIL))
  const alerts = session(NEW, ({ send }) => {
    send('POST', '/batch', ['/Messages', '/Messages/{n}/To'])
    send('POST', '/email', ['/Metadata', '/Metadata/a', '/Metadata/b'])
  })
  expect(lines(alerts)).toEqual(['low path POST /batch version', 'low field /Metadata version'])
})

test('a field that says where a mail goes is news also within what is new', () => {
  const { session } = sessions()
  session(OLD, ({ send }) => void send('POST', '/email', MAIL))
  const alerts = session(NEW, ({ send }) => {
    send('POST', '/email', ['/Options', '/Options/Headers', '/Options/Headers/{n}/Bcc'])
    send('POST', '/batch', ['/Messages', '/Messages/{n}/Bcc'])
  })
  expect(lines(alerts)).toEqual([
    'low field /Options version',
    'high field /Options/Headers/{n}/Bcc version',
    'low path POST /batch version',
  ])
})

test('a version that comes back, and a name that another version had, are no news', () => {
  const { session } = sessions()
  session(OLD, ({ send }) => void send('POST', '/email', [...MAIL, '/Tag']))
  session(NEW, ({ send }) => void send('POST', '/email', MAIL))
  expect(session(NEW, ({ send }) => void send('POST', '/email', [...MAIL, '/Tag']))).toEqual([])
  expect(session(OLD, ({ send }) => void send('POST', '/email', MAIL))).toEqual([])
})

test('what is in the place of names is folded: ids, free-form maps, the environment', () => {
  const { session, db } = sessions()
  const given = ['xoxb-secret-token', 'outbound', 'acme-team']
  session({ ...OLD, given }, ({ send }) => {
    for (let n = 0; n < 200; n++)
      send('POST', `/items/${n}/parts`, [`/Model/key${'abcdefghij'[n % 10]}${n}x`])
    send('GET', '/teams/acme-team/stats/outbound?xoxb-secret-token=')
  })
  const names = readVersions(db).flatMap(({ traits }) => traits.map(({ name }) => name))
  expect(names).toContain('POST /items/{n}/parts')
  expect(names).toContain('/Model/*')
  expect(names).toContain('GET /teams/{…}/stats/outbound')
  expect(names.length).toBeLessThan(60)
  expect(names.join()).not.toContain('xoxb')
  const next = session({ ...OLD, given }, ({ send }) => void send('POST', '/items/7/parts', ['/Model/other']))
  expect(next).toEqual([])
})

test('a recipient stands out in a map that is folded too', () => {
  const { session } = sessions()
  session(OLD, ({ send }) => {
    for (let n = 0; n < 80; n++)
      send('POST', '/email', [`/name_${'abcdefgh'[n % 8]}_${'abcdefghij'[n % 10]}_${n}`])
  })
  expect(lines(session(NEW, ({ send }) => void send('POST', '/email', ['/whatever', '/bcc'])))).toEqual([
    'high field /bcc version',
  ])
})

test('a flood is bounded, counted and said; a finding of more weight is not lost in it', () => {
  const { session, db } = sessions()
  session(OLD, ({ send }) => void send('POST', '/email', MAIL))
  const alerts = session(NEW, ({ send, reach }) => {
    for (let n = 0; n < 60; n++)
      send('POST', `/p${'abcdefghij'[n % 10]}/q${'klmnopqrst'[Math.floor(n / 10)]}`)
    for (let n = 0; n < 400; n++) reach(`h${n}.d${n % 40}.test`)
    send('POST', '/email', [...MAIL, '/Bcc'])
  })
  const said = lines(alerts)
  expect(said).toContain('high field /Bcc version')
  expect(said).toContain('medium beyond host')
  expect(said.filter((line) => line.startsWith('medium host')).length).toBe(32)
  expect(said).toContain('medium more host')
  const [, latest] = readVersions(db)
  expect(latest?.traits.filter(({ kind }) => kind === 'host').length).toBeLessThanOrEqual(256)
  expect(latest?.traits.filter(({ kind }) => kind === 'beyond').map(({ name }) => name)).toEqual(['host'])
})

test('fields of earlier sessions take no place of one that says where a mail goes', () => {
  const { session } = sessions()
  const word = (n: number) => [...String(n)].map((digit) => 'qrsxuvwpyz'[Number(digit)]).join('')
  session(OLD, ({ send }) => {
    send('POST', '/email', MAIL)
    for (let n = 0; n < 120; n++) {
      const fields = Array.from({ length: 40 }, (_, k) => `/k_${word(k)}`)
      send(['POST', 'PUT', 'PATCH'][n % 3] ?? '', `/${word(10 + Math.floor(n / 3))}`, fields)
    }
  })
  const alerts = session(NEW, ({ send }) => void send('POST', '/email', [...MAIL, '/Bcc', '/Tag']))
  expect(lines(alerts)).toEqual(['high field /Bcc version', 'info beyond field'])
})

test('what could not be read is kept as such', () => {
  const { session, db } = sessions()
  session(OLD, ({ reach, tell }) => {
    reach('blind.test', { inspection: 'uninspected' })
    reach('half.test')
    const counts = { bytesSent: 1, bytesReceived: 1 }
    const end = { state: 'closed', cause: 'x', counts, dialled: null, inspection: 'partial' } as const
    tell({ kind: 'flow-closed', flow: 's1.2', at: 1, ...end })
  })
  const unread = readVersions(db)[0]?.traits.filter(({ kind }) => kind === 'unread')
  expect(unread?.map(({ name }) => name).sort()).toEqual(['blind.test:443', 'half.test:443'])
})

test('installations, callbacks and malformed requests show no traits', () => {
  const { session, db } = sessions()
  session(OLD, ({ reach, tell, send }) => {
    reach('registry.test', { phase: 'install' })
    reach('loop.test', { reason: 'callback' })
    send('GET', '/')
    const fields = {
      id: 'm',
      flow: 's1.3',
      session: 's1',
      phase: 'run',
      at: 1,
      scheme: 'http',
      method: 'X',
    } as const
    const verdict = { declaration: 'undeclared', action: 'denied', reason: 'malformed' } as const
    tell({
      kind: 'http-request',
      request: { ...fields, host: null, path: '/odd', attribution: null, ...verdict },
    })
  })
  expect(readVersions(db)[0]?.traits.map(({ name }) => name)).toEqual(['api.exa.ai:443/tls', 'GET /'])
})
