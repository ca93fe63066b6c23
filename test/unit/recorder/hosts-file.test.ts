import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseHosts } from '../../../runtime/model/hosts-text.ts'
import { createHostsFile } from '../../../runtime/recorder/hosts-file.ts'

describe('parseHosts', () => {
  it.each([
    ['one name', '203.0.113.1 a.test', { 'a.test': ['203.0.113.1'] }],
    [
      'aliases, tabs, a comment',
      '\t203.0.113.1\ta.test  b.test # c.test',
      { 'a.test': ['203.0.113.1'], 'b.test': ['203.0.113.1'] },
    ],
    ['upper case', '203.0.113.1 A.Test', { 'a.test': ['203.0.113.1'] }],
    ['both families', '203.0.113.1 a.test\n2001:db8::1 a.test', { 'a.test': ['203.0.113.1', '2001:db8::1'] }],
    ['a line of Windows', '203.0.113.1 a.test\r\n', { 'a.test': ['203.0.113.1'] }],
    ['what is no address', 'a.test 203.0.113.1\n999.1.1.1 b.test\n\n# 203.0.113.1 c.test', {}],
  ])('%s', (_, text, expected) => expect(Object.fromEntries(parseHosts(text))).toEqual(expected))
})

describe('createHostsFile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hosts-'))
  const path = join(folder, 'hosts')
  afterAll(() => rmSync(folder, { recursive: true }))

  it('reads the file again when it has changed, and minds its absence', () => {
    const hosts = createHostsFile(path)
    expect(hosts.lookup('a.test')).toEqual([])
    writeFileSync(path, '203.0.113.1 a.test\n')
    expect(hosts.lookup('a.test')).toEqual(['203.0.113.1'])
    writeFileSync(path, '203.0.113.2 a.test\n')
    utimesSync(path, 1, 1)
    expect(hosts.lookup('a.test')).toEqual(['203.0.113.2'])
    rmSync(path)
    expect(hosts.lookup('a.test')).toEqual([])
  })
})
