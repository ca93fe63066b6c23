import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openAskedUrls } from '../../../../cli/run/asked-urls.ts'
import { tellUrls } from '../../../../cli/run/tell-urls.ts'

let home: string
let file: string
const said: string[] = []
const notified: string[] = []
let onSay = (): void => undefined
let stop = (): void => undefined
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'tell-urls-'))
  file = join(home, '.mcp-run-open')
})
afterEach(() => {
  stop()
  vi.useRealTimers()
  rmSync(home, { recursive: true })
  said.length = 0
  notified.length = 0
})

const begin = (folder = home): void => {
  const asked = { ...openAskedUrls(home), folder }
  stop = tellUrls(asked, {
    say: (line) => {
      said.push(line)
      onSay()
    },
    notify: (url) => notified.push(url),
  })
}
const lines = (count: number): Promise<void> =>
  new Promise((resolve) => {
    onSay = () => {
      if (said.length >= count) resolve()
    }
    onSay()
  })
const ask = (...urls: string[]): void => appendFileSync(file, urls.map((url) => `${url}\n`).join(''))
const line = (url: string): string => `the server asks you to open: ${url}`

it('tells of each URL as it comes, those before the watch too', async () => {
  const asked = openAskedUrls(home)
  ask('https://a.test/')
  stop = tellUrls(asked, { say: (text) => said.push(text), notify: (url) => notified.push(url) })
  expect(said).toEqual([line('https://a.test/')])
  expect(notified).toEqual(['https://a.test/'])
})

it('tells of what comes later, and again of the same', async () => {
  begin()
  for (let turn = 1; turn <= 3; turn++) {
    ask('https://a.test/')
    await lines(turn)
  }
  expect(said).toEqual(Array(3).fill(line('https://a.test/')))
})

it.each(['cannot be watched', 'tells of no change'])('tells so where the folder %s', (how) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const folder = join(home, 'elsewhere')
  if (how === 'tells of no change') mkdirSync(folder)
  begin(folder)
  for (let turn = 1; turn <= 2; turn++) {
    ask('https://a.test/')
    vi.advanceTimersByTime(2000)
    expect(said).toEqual(Array(turn).fill(line('https://a.test/')))
  }
})

it('tells of ten, and that there are more', () => {
  begin()
  ask(...Array.from({ length: 30 }, (_, index) => `https://a.test/${index}`))
  stop()
  expect(said).toHaveLength(11)
  expect(said[9]).toBe(line('https://a.test/9'))
  expect(said[10]).toContain('more than 10 URLs')
  expect(notified).toHaveLength(10)
  stop()
  expect(said).toHaveLength(11)
})

it('says once what is not to be opened', () => {
  begin()
  ask('javascript:x', 'file:///x', 'https://a.test/')
  stop()
  expect(said).toEqual([expect.stringContaining('no plain http or https URL'), line('https://a.test/')])
  expect(notified).toEqual(['https://a.test/'])
})

it('has a last look, and takes the file away', () => {
  begin()
  ask('https://a.test/')
  stop()
  expect(said).toEqual([line('https://a.test/')])
  expect(existsSync(file)).toBe(false)
})
