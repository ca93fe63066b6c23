import { describe, expect, it } from 'vitest'
import { originName } from '../../../runtime/packages/origin.ts'
import { readOrigin } from '../../../runtime/packages/origin-text.ts'

describe('readOrigin', () => {
  it.each<readonly [string, string, string | null, string]>([
    ['github:ann/thing', 'https://github.com/ann/thing.git', null, 'git:github.com/ann/thing'],
    ['ann/thing#v1.2.3', 'https://github.com/ann/thing.git', 'v1.2.3', 'git:github.com/ann/thing'],
    ['gitlab:ann/thing.git#main', 'https://gitlab.com/ann/thing.git', 'main', 'git:gitlab.com/ann/thing'],
    ['bitbucket:ann/thing', 'https://bitbucket.org/ann/thing.git', null, 'git:bitbucket.org/ann/thing'],
    [
      'git+https://git.test/a/b/c.git#feature/x',
      'https://git.test/a/b/c.git',
      'feature/x',
      'git:git.test/a/b/c',
    ],
    ['git+http://git.test:8080/b', 'http://git.test:8080/b', null, 'git:git.test:8080/b'],
    ['https://github.com/ann/thing', 'https://github.com/ann/thing', null, 'git:github.com/ann/thing'],
    ['ann/my-thing', 'https://github.com/ann/my-thing.git', null, 'git:github.com/ann/my-thing'],
    ['ann-my/thing', 'https://github.com/ann-my/thing.git', null, 'git:github.com/ann..my/thing'],
    ['https://git.test/x.git#', 'https://git.test/x.git', null, 'git:git.test/x'],
  ])('%s is a repository', (text, address, ref, name) => {
    const origin = readOrigin(text, '/work')
    expect(origin).toEqual({ kind: 'git', address, ref })
    expect(origin && originName(origin)).toBe(name)
  })

  it.each([
    ['https://host.test/thing-1.0.0.tgz', 'archive:host.test/thing'],
    ['https://host.test/ann/thing-1.0.0.tgz', 'archive:host.test/ann/thing'],
    ['https://host.test/thing/v1.0.0/thing-1.0.0.tgz', 'archive:host.test/thing/thing'],
    ['https://host.test/@ann/thing/-/thing-1.0.0.tgz', 'archive:host.test/..ann/thing/thing'],
    ['http://host.test:81/thing', 'archive:host.test:81/thing'],
    ['https://github.com/ann/thing/archive/main.tar.gz', 'archive:github.com/ann/thing/archive/main'],
    ['https://host.test/thing.tgz?key=x', 'archive:host.test/thing'],
  ])('%s is an archive at an address', (text, name) => {
    const origin = readOrigin(text, '/work')
    expect(origin).toEqual({ kind: 'url', address: text, ref: null })
    expect(origin && originName(origin)).toBe(name)
  })

  it.each([
    'exa',
    'exa@1.0.0',
    '@scope/name',
    '@scope/name@1',
    './folder',
    '../a',
    '.',
    'a/b/c',
    'name@file:x.tgz',
    'owner/x@1.0.0',
  ])('%s is neither', (text) => {
    expect(readOrigin(text, '/work')).toBeNull()
  })

  it.each([
    ['git+ssh://git@host.test/x.git', 'over https alone'],
    ['git@github.com:ann/thing.git', 'over https alone'],
    ['ssh://host.test/x', 'over https alone'],
    ['git://host.test/x.git', 'over https alone'],
    ['git+file:///x', 'over https alone'],
    ['gist:0123', 'over https alone'],
    ['ann/thing#semver:^1', 'not understood here'],
    ['ann/thing#main::path:x', 'not understood here'],
    ['ann/thing#--upload-pack=x', 'no branch, tag or commit'],
    ['ann/thing#a..b', 'no branch, tag or commit'],
    ['ann/thing#x y', 'no branch, tag or commit'],
    ['ann/thing#+refs/heads/*:refs/heads/*', 'no branch, tag or commit'],
    ['https://ann:secret@host.test/x.tgz', 'holds a user or a password'],
    ['git+https://token@host.test/x.git', 'holds a user or a password'],
    ['https://', 'no address'],
    ['git+https://host.test/x.git?a=b', 'has no query'],
    ['git+https://host.test/x.git?key=secret', 'has no query'],
    ['git+ssh://ann:secret@host.test/x.git', 'over https alone'],
    ['git+https://host.test:0/x.git', 'no port 0'],
  ])('%s is refused', (text, why) => {
    expect(() => readOrigin(text, '/work')).toThrow(why)
    expect(() => readOrigin(text, '/work')).not.toThrow('secret')
  })
})
