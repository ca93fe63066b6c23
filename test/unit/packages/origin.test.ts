import { homedir } from 'node:os'
import { expect, test } from 'vitest'
import { bareName, formatOrigin, placedName } from '../../../runtime/packages/origin.ts'
import { formatPackageSpec, readPackageSpec } from '../../../runtime/packages/package-spec.ts'

test.each([
  ['./thing-1.0.0.tgz', 'archive:thing', '/work/thing-1.0.0.tgz'],
  ['thing.tar.gz', 'archive:thing', '/work/thing.tar.gz'],
  ['../a b/scope-thing-2.0.0-rc.1.TAR', 'archive:scope-thing', '/a b/scope-thing-2.0.0-rc.1.TAR'],
  ['~/thing_v1.2.3.tgz', 'archive:thing', `${homedir()}/thing_v1.2.3.tgz`],
  ['/opt/1.0.0.tgz', 'archive:1.0.0', '/opt/1.0.0.tgz'],
  ['file:thing.tgz', 'archive:thing', '/work/thing.tgz'],
  ['file:./thing.tgz', 'archive:thing', '/work/thing.tgz'],
  ['file:///opt/thing.tgz', 'archive:thing', '/opt/thing.tgz'],
  ['FILE:/opt/thing', 'archive:thing', '/opt/thing'],
  // Whatever a file is called, it is no package of a profile's, nor of Python's.
  ['./exa-mcp-server.tgz', 'archive:exa-mcp-server', '/work/exa-mcp-server.tgz'],
  ['./pypi:x.tgz', 'archive:pypi:x', '/work/pypi:x.tgz'],
  ['./__proto__.tgz', 'archive:__proto__', '/work/__proto__.tgz'],
])('%s is an archive on disk', (text, name, address) => {
  expect(readPackageSpec(text, '/work')).toEqual({
    ...{ name, version: null },
    origin: { kind: 'file', address, ref: null },
  })
})

test('it is written as a URL, which says nothing else, whatever the path holds', () => {
  const written = (text: string) => formatPackageSpec(readPackageSpec(text, '/work'))
  expect(written('./a b & c\u001bd.tgz')).toBe('file:///work/a%20b%20&%20c%1Bd.tgz')
  expect(written('./x.tgz')).toBe('file:///work/x.tgz')
})

test('several are written so that no one of them looks like two', () => {
  const [own, other] = [readPackageSpec('./a.tgz', '/'), readPackageSpec('b@^1', '/')]
  expect(formatPackageSpec({ ...own, beside: [other] })).toBe('file:///a.tgz & b@^1')
  const one = readPackageSpec('./a.tgz & b@^1.tgz', '/')
  expect(formatPackageSpec(one)).not.toContain(' & ')
})

test('what it calls itself is kept apart from names of registries', () => {
  const origin = { kind: 'git', address: 'https://git.test/a/b.git', ref: 'main' } as const
  expect(formatOrigin(origin)).toBe('git+https://git.test/a/b.git#main')
  expect(placedName(origin, '@s/thing')).toBe('git:@s/thing')
  expect(bareName('git:@s/thing')).toBe('@s/thing')
  expect(bareName('pypi:thing')).toBe('pypi:thing')
})
