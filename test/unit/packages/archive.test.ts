import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { readArchive, readArchiveManifest } from '../../../runtime/packages/archive.ts'
import { type TarEntry, tar, tarball } from '../../fixtures/tar.ts'

const root = mkdtempSync(join(tmpdir(), 'archive-'))
afterAll(() => rmSync(root, { recursive: true }))

const file = (content: Buffer | string): string => {
  const path = join(root, 'x.tgz')
  writeFileSync(path, content)
  return path
}
const manifest = (content: Buffer | string) => readArchiveManifest(file(content), 'x.tgz')
const GOOD = '{"name":"good","version":"1.0.0"}'

describe('the package.json of an archive', () => {
  it.each<readonly [string, () => Buffer]>([
    ['as npm packs it', () => tarball({ name: 'good', version: '1.0.0' }, { 'a.js': 'x'.repeat(9000) })],
    ['that is not compressed', () => tar([{ path: 'package/package.json', content: GOOD }])],
    [
      'in a folder of any name, after others',
      () =>
        gzipSync(
          tar([
            { path: 'owner-repo-1234/lib/package.json', content: '{}' },
            { path: 'owner-repo-1234/package.json', content: `\ufeff${GOOD}` },
          ]),
        ),
    ],
    [
      'behind a link of its name',
      () =>
        tar([
          { path: 'package/package.json', symlink: '/etc/passwd' },
          { path: 'package/package.json', content: GOOD },
        ]),
    ],
  ])('%s is read', async (_, content) => {
    expect(await manifest(content())).toMatchObject({ name: 'good', version: '1.0.0' })
  })

  it('is read as tar itself writes it', async () => {
    writeFileSync(join(root, 'package.json'), GOOD)
    execFileSync('tar', ['--format=pax', '--transform=s,^,package/,', '-czf', 'made.tgz', 'package.json'], {
      cwd: root,
    })
    expect(await readArchiveManifest(join(root, 'made.tgz'), 'made')).toMatchObject({ name: 'good' })
  })

  const named = (name: unknown, version: unknown = '1.0.0') => tarball({ name, version })
  it.each<readonly [string, Buffer | string, string]>([
    ['nothing', '', 'no package.json'],
    ['text', 'hello'.repeat(1000), 'no tar archive'],
    ['half of it', tarball({ name: 'a' }).subarray(0, 40), 'unexpected end'],
    ['no package.json', tar([{ path: 'package/a.js' }]), 'no package.json'],
    ['one that lies bare', tar([{ path: 'package.json', content: GOOD }]), 'no package.json'],
    ['one that is a link', tar([{ path: 'package/package.json', symlink: 'x' }]), 'no package.json'],
    ['one that is no JSON', tar([{ path: 'package/package.json', content: '{' }]), 'not JSON'],
    ['null', tar([{ path: 'package/package.json', content: 'null' }]), 'no name'],
    ['a list for a name', named(['a']), 'no name'],
    ['a path for a name', named('../../evil'), 'no name'],
    ['a path in a scope', named('@a/../b'), 'no name'],
    [
      '__proto__',
      tar([{ path: 'package/package.json', content: '{"name":"__proto__","version":"1.0.0"}' }]),
      'no name',
    ],
    ['a prefix of ours', named('pypi:requests'), 'no name'],
    ['no version', named('a', null), 'no version'],
    ['a path for a version', named('a', '../1'), 'no version'],
    ['a version that says more', named('a', '1.0.0 file:x'), 'no version'],
  ])('%s is refused', async (_, content, why) => {
    await expect(manifest(content)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(why),
    })
  })

  it('no escape sequence of it gets into a message', async () => {
    await expect(manifest(named('a\u001b[2J'))).rejects.toThrow('a\\x1b[2J')
  })

  it('a negative or a boundless size is no tar archive', async () => {
    for (const size of ['-0000000001', '99999999999', '\x80\0\0\0\0\0\0\0\0\0\x01']) {
      const bytes = tar([{ path: 'package/a', content: '' } satisfies TarEntry])
      bytes.write(size.padEnd(12, '\0'), 124, 'latin1')
      await expect(manifest(bytes)).rejects.toThrow('no tar archive')
    }
  })
})

describe('an archive', () => {
  it('is hashed as it is given on', async () => {
    const content = tarball({ name: 'a', version: '1.0.0' })
    const given: Buffer[] = []
    const integrity = await readArchive(file(content), 'x', { give: (bytes) => void given.push(bytes) })
    expect(integrity).toBe(`sha512-${createHash('sha512').update(content).digest('base64')}`)
    expect(Buffer.concat(given)).toEqual(content)
  })

  it.each([
    ['nothing', 'none.tgz', 'there is no such file'],
    ['a folder', '.', 'it is no file'],
    ['a pipe', 'pipe', 'it is no file'],
  ])('%s is refused', async (_, name, why) => {
    if (name === 'pipe') execFileSync('mkfifo', [join(root, name)])
    await expect(readArchive(join(root, name), 'x')).rejects.toThrow(why)
  })
})
