import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PathContext, pathArguments, shownText } from '../../../../cli/run/path-arguments.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'path-arguments-')))
const home = join(root, 'home')
const cwd = join(root, 'work')
const store = join(home, '.mcp-run')
const at = (path: string): string => join(root, path)
const before = process.env.HOME
let listener: Server
beforeAll(async () => {
  process.env.HOME = home
  const folders = [
    'home/Desktop',
    'home/.mcp-run/servers',
    'home/.mcp-run/homes/p',
    'home/busy',
    'work/in/deep',
  ]
  for (const folder of [...folders, 'data']) mkdirSync(at(folder), { recursive: true })
  writeFileSync(at('data/file'), '')
  symlinkSync(at('data'), at('work/link'))
  symlinkSync(home, at('work/home'))
  symlinkSync(store, at('work/store'))
  listener = createServer()
  await new Promise<void>((resolve) => listener.listen(at('home/busy/x.sock'), resolve))
})
afterAll(() => {
  process.env.HOME = before
  listener.close()
  rmSync(root, { recursive: true })
})

const look = (words: readonly string[], context: Partial<PathContext> = {}) => {
  const found = pathArguments(words, { cwd, store, granted: [], mode: 'read', home: '/home/mcp', ...context })
  const shares = found.shares.map(({ source, target, write }) => {
    const from = source === target ? '' : `${source.slice(root.length)} as `
    return `${from}${target.slice(root.length)}${write ? ' writing' : ''}`
  })
  return { words: found.words.map((word) => word.replaceAll(root, '')), shares, notes: found.notes }
}

describe('an argument is shown', () => {
  it.each<readonly [string, string, string, readonly string[]]>([
    ['an absolute path', at('data'), '/data', ['/data']],
    ['a file', at('data/file'), '/data/file', ['/data/file']],
    ['below the home', '~/Desktop', '/home/Desktop', ['/home/Desktop']],
    ['with a slash behind it', '~/Desktop/', '/home/Desktop/', ['/home/Desktop']],
    ['below the working folder', './in', '/work/in', ['/work/in']],
    ['beside the working folder', '../data', '/data', ['/data']],
    ['the working folder', '.', '/work', ['/work']],
    ['with dots in it', at('work/in/../../data'), '/data', ['/data']],
    ['as the value of a flag', '--root=~/Desktop', '--root=/home/Desktop', ['/home/Desktop']],
    ['as the value of a short flag', '-d=./in', '-d=/work/in', ['/work/in']],
    ['by a link', './link', '/work/link', ['/data as /work/link']],
    ['through a link', './link/file', '/work/link/file', ['/data/file as /work/link/file']],
  ])('%s', (_, word, seen, shares) => {
    expect(look(['x', word])).toEqual({ words: ['x', seen], shares, notes: [] })
    const writing = shares.map((share) => `${share} writing`)
    expect(look([word, 'y'], { mode: 'write' })).toEqual({ words: [seen, 'y'], shares: writing, notes: [] })
    expect(look([word], { mode: 'none' })).toEqual({
      words: [word.replaceAll(root, '')],
      shares: [],
      notes: [],
    })
  })

  it.each([
    ['a bare word, though it is there', 'in'],
    ['a word with a path in it', `x${at('data')}`],
    ['a URL', 'https://api.example.com/data'],
    ['a path of something else', '/api/v1/nothing-like-it'],
    ['a flag', '--root'],
    ['a flag without a value', '--root='],
    ['nothing', ''],
    ['somebody’s home', '~other/x'],
    ['a pattern', './*.json'],
  ])('not %s', (_, word) => {
    expect(look([word])).toEqual({ words: [word.replaceAll(root, '')], shares: [], notes: [] })
  })

  it('and what every sandbox has needs no showing', () => {
    expect(look(['/usr/bin/env', '/bin/sh'])).toMatchObject({ shares: [], notes: [] })
  })

  it('once, and with the folder that holds it', () => {
    const words = [at('data/file'), '../data', at('data'), './link', './link/file']
    expect(look(words)).toMatchObject({ shares: ['/data', '/data as /work/link'], notes: [] })
  })
})

describe('what an option or the profile shares', () => {
  const granted = [{ source: at('data'), target: at('data'), write: false }]

  it.each([
    ['the folder itself', '../data', '/data'],
    ['what is in it', '../data/file', '/data/file'],
    ['what is to be made in it', '../data/new', '/data/new'],
  ])('holds for %s', (_, word, seen) => {
    expect(look([word], { granted, mode: 'write' })).toEqual({ words: [seen], shares: [], notes: [] })
  })

  it('does not hold for what lies beside it', () => {
    expect(look(['./in'], { granted }).shares).toEqual(['/work/in'])
  })
})

describe('an argument is passed on as it is, and a line says why', () => {
  it.each([
    ['the root', '/', 'the whole file system is never shared'],
    ['the home', '~', 'a whole home folder is never shared'],
    ['the home with a slash', '~/', 'a whole home folder is never shared'],
    ['what holds the home', at('.'), 'never shared|own store'],
    ['a link to the home', './home', 'never shared|own store'],
    ['the store', '~/.mcp-run', 'own store'],
    ['a history', at('home/.mcp-run/servers'), 'own store'],
    ['another server’s home', at('home/.mcp-run/homes/p'), 'own store'],
    ['a link to the store', './store', 'own store'],
    ['what the kernel says', '/proc/self', '/proc is never shared'],
    ['devices', '/dev', '/dev is never shared'],
    ['sockets', '/run', '/run is never shared'],
    ['a folder with a socket in it', '~/busy', 'it holds a socket'],
    ['a socket', '--host=~/busy/x.sock', 'it holds a socket'],
    ['settings of the system', '/etc', 'a /etc of its own'],
  ])('%s', (_, word, problem) => {
    const { words, shares, notes } = look([word])
    expect(words).toEqual([word.replaceAll(root, '')])
    expect(shares).toEqual([])
    expect(notes).toEqual([
      expect.stringMatching(`is not shown to the server: .*(${problem}).*; name a folder`),
    ])
  })

  it('the home as the working folder', () => {
    const { words, shares, notes } = look(['.', './Desktop'], { cwd: home })
    expect(words).toEqual(['.', '/home/Desktop'])
    expect(shares).toEqual(['/home/Desktop'])
    expect(notes).toEqual([expect.stringContaining('. is not shown to the server: ')])
  })

  it('a file to be made, where it may be written', () => {
    expect(look(['--db=~/Desktop/new.db'])).toMatchObject({ shares: [], notes: [] })
    const { words, shares, notes } = look(['--db=~/Desktop/new.db'], { mode: 'write' })
    expect(words).toEqual(['--db=~/Desktop/new.db'])
    expect(shares).toEqual([])
    expect(notes).toEqual([
      `~/Desktop/new.db is not there yet, and its folder is not shown: --allow-write ${at('home/Desktop')} would show it`,
    ])
  })

  it('where the sandbox has its own HOME', () => {
    const { shares, notes } = look(['../data'], { home: at('data/file') })
    expect(shares).toEqual([])
    expect(notes).toEqual([expect.stringContaining(`the sandbox has a ${at('data/file')} of its own`)])
  })

  it('a file to be made where nothing is to be shown', () => {
    expect(look(['~/new.db'], { mode: 'write' }).notes).toEqual([
      `~/new.db is not there yet, and its folder is not shown: ${home} cannot be: a whole home folder is never shared`,
    ])
  })

  it('once', () => expect(look(['/', '/']).notes).toHaveLength(1))
})

it('shownText names each path and how it is shown', () => {
  const share = (target: string, write: boolean) => ({ source: '/x', target, write })
  expect(shownText([share('/a', false), share('/b', true)])).toBe('/a (reading), /b (writing)')
})
