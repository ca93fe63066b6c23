import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type AskedUrls, openAskedUrls, shownUrl } from '../../../../cli/run/asked-urls.ts'

let home: string
let file: string
let asked: AskedUrls
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'asked-urls-'))
  file = join(home, '.mcp-run-open')
  asked = openAskedUrls(home)
})
afterEach(() => rmSync(home, { recursive: true }))

describe('what a server asks for', () => {
  it('is read a line at a time, each once', () => {
    expect(asked.read()).toEqual([])
    appendFileSync(file, 'a\nb\n')
    expect(asked.read()).toEqual(['a', 'b'])
    appendFileSync(file, 'c')
    expect(asked.read()).toEqual([])
    appendFileSync(file, 'd\n')
    expect(asked.read()).toEqual(['cd'])
    expect(asked.read()).toEqual([])
  })

  it('begins with this session', () => {
    appendFileSync(file, 'old\n')
    asked = openAskedUrls(home)
    appendFileSync(file, 'new\n')
    expect(asked.read()).toEqual(['new'])
  })

  it('is read from the start of another file, and of one that was cut', () => {
    appendFileSync(file, 'a\nbbb\n')
    asked.read()
    rmSync(file)
    writeFileSync(file, 'c\n')
    expect(asked.read()).toEqual(['c'])
    truncateSync(file)
    expect(asked.read()).toEqual([])
    appendFileSync(file, 'd\n')
    expect(asked.read()).toEqual(['d'])
  })

  it('goes with the session', () => {
    appendFileSync(file, 'a\n')
    asked.remove()
    expect(existsSync(file)).toBe(false)
    asked.remove()
  })
})

describe('no harm comes of', () => {
  it('a link to a secret', () => {
    const secret = join(home, 'secret')
    writeFileSync(secret, 'https://example.com/secret\n')
    symlinkSync(secret, file)
    expect(asked.read()).toEqual([])
    asked.remove()
    expect(readFileSync(secret, 'utf8')).toContain('secret')
    expect(existsSync(file)).toBe(false)
  })

  it('a pipe that nobody writes to', () => {
    execFileSync('mkfifo', [file])
    expect(asked.read()).toEqual([])
    asked.remove()
  })

  it('a folder', () => {
    mkdirSync(file)
    expect(asked.read()).toEqual([])
    asked.remove()
    expect(openAskedUrls(home).read()).toEqual([])
  })

  it('a gigabyte without a line’s end', () => {
    writeFileSync(file, 'x')
    truncateSync(file, 1024 ** 3)
    expect(asked.read()).toEqual([])
    expect(asked.full).toBe(true)
  })

  it('lines without end', () => {
    const lines = Array.from({ length: 1000 }, () => 'x'.repeat(99)).join('\n')
    let read = 0
    for (let turn = 0; turn < 100 && !asked.full; turn++) {
      appendFileSync(file, `${lines}\n`)
      read += asked.read().join('\n').length
    }
    expect(asked.full).toBe(true)
    expect(read).toBeLessThanOrEqual(64 * 1024)
    appendFileSync(file, 'more\n')
    expect(asked.read()).toEqual([])
  })
})

describe('a URL', () => {
  it.each([
    ['https://example.com/login?state=a#b', 'https://example.com/login?state=a#b'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080/'],
    ['HTTPS://EXAMPLE.COM', 'https://example.com/'],
    ['https://ехample.com/', 'https://xn--ample-ywe6i.com/'],
    ['https://example.com/\u001b[2J\u202e', 'https://example.com/%1B[2J%E2%80%AE'],
    [`https://example.com/${'x'.repeat(2000)}`, `https://example.com/${'x'.repeat(2000)}`],
  ])('%j is shown as %s', (line, shown) => expect(shownUrl(line)).toBe(shown))

  it.each([
    'javascript:alert(1)',
    'file:///etc/passwd',
    'data:text/html,x',
    'vscode://x',
    'example.com',
    'https://',
    'https://api.example.com@evil.test/',
    'https://user:password@example.com/',
    `https://example.com/${'x'.repeat(2048)}`,
    `https://example.com/${'é'.repeat(1000)}`,
    '',
  ])('%j is not', (line) => expect(shownUrl(line)).toBeNull())
})
