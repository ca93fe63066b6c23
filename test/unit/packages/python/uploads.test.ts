import { describe, expect, it } from 'vitest'
import { readUploads } from '../../../../runtime/packages/python/uploads.ts'

const SHA = 'a'.repeat(64)
const AT = '2026-11-01T10:00:00.123456Z'
const wheel = (version: string, sha256: unknown = SHA, at: unknown = AT) => ({
  file: `server-${version}-py3-none-any.whl`,
  sha256,
  at,
})
const distribution = (version: string, sha256 = SHA) => ({
  name: 'server',
  version,
  sha256,
  file: `server-${version}-py3-none-any.whl`,
})

describe('readUploads', () => {
  it('tells when the very file was uploaded', () => {
    const uploads = readUploads({ server: [wheel('1.0'), wheel('1.1', 'b'.repeat(64))] })
    expect(uploads.of(distribution('1.0'))).toBe('2026-11-01T10:00:00.123Z')
    // The same name with other content is another file.
    expect(uploads.of(distribution('1.1'))).toBeNull()
    expect(uploads.of({ ...distribution('1.0'), name: 'other' })).toBeNull()
  })

  it('tells of each version when its first file came; a source does not tell its version', () => {
    const later = { ...wheel('1.0', SHA, '2026-11-09T00:00:00Z'), file: 'server-1.0-cp311-cp311-linux.whl' }
    const source = { ...wheel('2.0'), file: 'server-2.0.tar.gz' }
    expect([...readUploads({ server: [later, wheel('1.0'), source] }).times('server')]).toEqual([
      ['1.0', Date.parse(AT)],
    ])
  })

  it.each([
    ['nothing', undefined],
    ['no object', 'x'],
    ['no list', { server: {} }],
    ['no members', { server: [null, 1, 'x', {}] }],
    ['no time', { server: [wheel('1.0', SHA, null), wheel('1.0', SHA, 'yesterday'), wheel('1.0', SHA, 5)] }],
    ['no digest', { server: [wheel('1.0', null)] }],
  ])('knows nothing of %s', (_, files) => {
    const uploads = readUploads(files)
    expect(uploads.of(distribution('1.0'))).toBeNull()
    expect([...uploads.times('server')]).toEqual([])
  })
})
