import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { LIMITS, type Limits } from '../../../runtime/code/budget.ts'
import { compareCode } from '../../../runtime/code/compare.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

type Files = Readonly<Record<string, string | Buffer>>

function folder(files: Files): string {
  const path = mkdtempSync(join(tmpdir(), 'compare-'))
  folders.push(path)
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  return path
}

const side = (version: string, path: string, others: readonly string[] = []) => ({
  id: `x@${version}`,
  path,
  others: new Set(others),
})
const compare = (before: Files | null, after: Files, limits: Partial<Limits> = {}, clock?: () => number) =>
  compareCode(
    [
      {
        name: 'x',
        before: before === null ? null : side('1', folder(before)),
        after: side('2', folder(after)),
      },
    ],
    { limits: { ...LIMITS, ...limits }, ...(clock && { clock }) },
  )
const values = ({ addresses }: Awaited<ReturnType<typeof compareCode>>) => addresses.map(({ value }) => value)

test('files that are new, changed and gone', async () => {
  const found = await compare(
    { 'a.js': 'a', 'b.js': 'b', 'same.js': 's', 'deep/gone.js': 'g' },
    { 'a.js': 'A', 'b.js': 'bb', 'same.js': 's', 'new.node': '\x7fELF' },
  )
  expect(
    found.files.map(({ path, state, kind, before, after }) => [path, state, kind, before, after]),
  ).toEqual([
    ['a.js', 'changed', 'code', 1, 1],
    ['deep/gone.js', 'removed', 'code', 1, null],
    ['b.js', 'changed', 'code', 1, 2],
    ['new.node', 'added', 'native', null, 4],
  ])
  expect(found.unreadCount).toBe(0)
})

test('the added line that copies every mail', async () => {
  const before = "send({\n  To: to,\n  Subject: subject,\n}, 'https://api.test/')\n"
  const after = before.replace('  Subject', "  Bcc: 'phan@giftshop.club',\n  Subject")
  const { addresses, lines } = await compare({ 'i.js': before }, { 'i.js': after })
  expect(addresses).toEqual([
    {
      kind: 'mail',
      value: 'phan@giftshop.club',
      host: 'giftshop.club',
      newHost: true,
      where: 'code',
      encoding: [],
      perhaps: false,
      id: 'x@2',
      path: 'i.js',
      line: 3,
      excerpt: "Bcc: 'phan@giftshop.club',",
    },
  ])
  expect(lines).toEqual([
    {
      id: 'x@2',
      path: 'i.js',
      added: [{ number: 3, text: "  Bcc: 'phan@giftshop.club',", weight: 'address' }],
      addedCount: 1,
      removedCount: 0,
    },
  ])
})

test('a recipient that is no address weighs more than other lines, and a moved line is no news', async () => {
  const { lines } = await compare(
    { 'i.js': 'a\nb\nc\n' },
    { 'i.js': 'c\nb\na\nx = 1\nBcc: process.env.COPY,\nrequire("dns")\n' },
  )
  expect(lines[0]?.added.map(({ text, weight }) => [text, weight])).toEqual([
    ['x = 1', 'plain'],
    ['Bcc: process.env.COPY,', 'telling'],
    ['require("dns")', 'telling'],
  ])
})

test('thousands of other lines hide no recipient', async () => {
  const others = Array.from({ length: 3000 }, (_, n) => `line(${n})`).join('\n')
  const { lines, signs } = await compare({ 'i.js': '1\n' }, { 'i.js': `${others}\nmail['Bcc'] = copy\n` })
  expect(lines[0]?.added.at(-1)).toEqual({ number: 3001, text: "mail['Bcc'] = copy", weight: 'telling' })
  expect(lines[0]?.addedCount).toBe(3001)
  expect(signs).toMatchObject([{ sign: 'blind-copy', line: 3001, before: 0, now: 1 }])
})

test('a byte that text has not makes no data of a program', async () => {
  const { files, signs, lines } = await compare({ 'i.js': '1\n' }, { 'i.js': '1\n/*\0*/\nBcc: copy\n' })
  expect(files[0]?.kind).toBe('code')
  expect(signs.map(({ sign }) => sign)).toEqual(['blind-copy', 'invisible-characters'])
  expect(lines[0]?.added.map(({ text }) => text)).toContain('Bcc: copy')
})

test('what an unchanged or a removed file had is not new; what only a document had is', async () => {
  const found = await compare(
    {
      'same.js': '"https://kept.test/"',
      'old.js': '"https://moved.test/"',
      'README.md': 'https://documented.test/',
      'i.js': '1',
    },
    {
      'same.js': '"https://kept.test/"',
      'README.md': 'https://documented.test/',
      'i.js':
        '["https://kept.test/","https://moved.test/","https://documented.test/","https://kept.test/other"]',
    },
  )
  expect(found.addresses.map(({ value, newHost }) => [value, newHost])).toEqual([
    ['https://documented.test/', true],
    ['https://kept.test/other', false],
  ])
})

test('another port of a known host is another place; documents come last', async () => {
  const found = await compare(
    { 'i.js': '"https://api.test/"' },
    { 'i.js': '"https://api.test/";"http://api.test:18080/"', 'N.md': 'https://read.test/ me@read.test' },
  )
  expect(found.addresses.map(({ value, newHost, where }) => [value, newHost, where])).toEqual([
    ['http://api.test:18080/', true, 'code'],
    ['me@read.test', true, 'document'],
    ['https://read.test/', true, 'document'],
  ])
})

test('signs are counted over the package: what moved to another file is not new', async () => {
  const { signs } = await compare(
    { 'a.js': 'require("child_process")', 'b.js': 'eval(x)' },
    { 'c.js': 'require("child_process")\n', 'b.js': 'eval(x);eval(y)', 'd.js': '\nrequire("dgram")' },
  )
  expect(signs.map(({ sign, path, line, before, now }) => [sign, path, line, before, now])).toEqual([
    ['eval', 'b.js', 1, 1, 2],
    ['network-module', 'd.js', 2, 0, 1],
  ])
})

test('a new package is new as a whole, and packages within it are left to themselves', async () => {
  const after = folder({ 'i.js': '"https://a.test/"', 'node_modules/y/i.js': '"https://b.test/"' })
  const found = await compareCode([{ name: 'x', before: null, after: side('2', after, ['node_modules/y']) }])
  expect(values(found)).toEqual(['https://a.test/'])
  expect(found.files).toHaveLength(1)
})

test('neither links nor pipes are followed, and both are told', async () => {
  const after = folder({ 'i.js': '' })
  const secret = folder({ 'secret.js': '"https://secret.test/"' })
  symlinkSync(join(secret, 'secret.js'), join(after, 'link.js'))
  symlinkSync(secret, join(after, 'linked'))
  execFileSync('mkfifo', [join(after, 'pipe.js')])
  const found = await compareCode([{ name: 'x', before: null, after: side('2', after) }])
  expect(values(found)).toEqual([])
  expect(found.files.filter(({ kind }) => kind === 'link').map(({ path }) => path)).toEqual([
    'linked',
    'link.js',
  ])
  expect(found.unread).toEqual([{ what: 'x@2 pipe.js', why: 'it is no file' }])
})

test('a binary’s addresses are read out of it', async () => {
  const bytes = Buffer.concat([
    Buffer.from('\x7fELF\0\0\0', 'latin1'),
    Buffer.from('\0\0https://native.test/x\0'),
  ])
  expect(values(await compare(null, { 'a.node': bytes }))).toEqual(['https://native.test/x'])
})

test('too many files: the rest is told, in bounded time', async () => {
  const after = folder({})
  for (let n = 0; n < 100; n++) mkdirSync(join(after, String(n)))
  for (let n = 0; n < 25_000; n++) writeFileSync(join(after, String(n % 100), `${n}.js`), '')
  const start = performance.now()
  const found = await compareCode([{ name: 'x', before: null, after: side('2', after) }])
  expect(found.unread).toContainEqual({ what: 'x@2', why: 'it has more than 20000 files' })
  expect(performance.now() - start).toBeLessThan(40_000)
}, 60_000)

test('a huge file is read from its beginning, and that is told', async () => {
  const after = folder({ 'i.js': '"https://first.test/"\n' })
  truncateSync(join(after, 'i.js'), 5_000_000_000)
  const found = await compareCode([{ name: 'x', before: null, after: side('2', after) }], {
    limits: { ...LIMITS, fileBytes: 65_536 },
  })
  expect(found.unread).toEqual([
    { what: 'x@2 i.js', why: 'it is large: only its first 65536 bytes were read' },
  ])
})

test('small files are read first, and what there is no time for is told', async () => {
  let now = 0
  const files = { 'big.js': `"https://big.test/"${' '.repeat(1000)}`, 'small.js': '"https://small.test/"' }
  const found = await compare(null, files, { milliseconds: 2 }, () => now++)
  expect(found.unreadCount).toBeGreaterThan(0)
  const little = await compare(null, files, { bytes: 20 })
  expect(values(little)).toEqual(['https://small.test/'])
  expect(little.unread).toEqual([{ what: 'x@2 big.js', why: 'there is too much of it' }])
})
