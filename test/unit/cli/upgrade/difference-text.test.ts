import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { differenceJson } from '../../../../cli/upgrade/difference-json.ts'
import { differenceText } from '../../../../cli/upgrade/difference-text.ts'
import type { ChangedFile, CodeDifference, NewAddress } from '../../../../runtime/code/compare.ts'
import { NO_FACTS, type Pin } from '../../../../runtime/packages/pin.ts'
import type { Proposal } from '../../../../runtime/packages/upgrade-package.ts'

const NOW = Date.parse('2026-11-22T00:00:00Z')
const HOSTILE = '\u001b[2J\u202egone\u0007\n! nothing new'

const pin = (version: string): Pin => ({
  ...NO_FACTS,
  ...{ format: 2, spec: 'server', name: 'server', version, integrity: 'sha512-x', tree: 'a'.repeat(64) },
  ...{ files: null, bins: {}, scripts: [], ranScripts: [], engine: { key: 'node20-x64', wants: null } },
  ...{ firstSeen: '', installedAt: '', resembles: null, replaces: null },
  published: '2026-11-20T00:00:00.000Z',
  publisher: { user: 'ann', maintainers: ['ann'] },
})
const proposal = (more: Partial<Proposal> = {}): Proposal => ({
  before: pin('1.0.0'),
  after: pin('1.1.0'),
  publisher: { serious: [], minor: [] },
  dependencies: { added: [], removed: [], changed: ['server 1.0.0 -> 1.1.0'] },
  scripts: [],
  lookAlikes: [],
  pairs: [],
  refusal: null,
  ...more,
})
const code = (more: Partial<CodeDifference> = {}): CodeDifference => ({
  ...{ files: [], addresses: [], signs: [], lines: [], unread: [], unreadCount: 0 },
  ...more,
})
const address = (n: number, more: Partial<NewAddress> = {}): NewAddress => ({
  ...{
    kind: 'url',
    value: `https://h${n}.test/`,
    host: `h${n}.test`,
    newHost: true,
    encoding: [],
    perhaps: false,
  },
  ...{ where: 'code', id: 'server@1.1.0', path: 'a.js', line: n, excerpt: `fetch(${n})`, ...more },
})
const file = (n: number): ChangedFile => ({
  ...{ id: 'server@1.1.0', path: `f${n}.js`, state: 'added', kind: 'code', before: null, after: n },
})
const show = (one: Proposal, other: CodeDifference) => differenceText(one, other, createColors(false), NOW)

test('where nothing stands out, that is said', () => {
  expect(show(proposal(), code())).toBe(
    [
      'server 1.0.0 -> 1.1.0',
      '  published    2026-11-20 00:00 by ann, 48 hours ago',
      '  before       2026-11-20 00:00 by ann',
      '  maintainers  ann',
      '  signature    signature not checked: installed by an earlier mcp-run',
      '  provenance   no provenance',
      '  depends on   0 packages, 0 of them signed',
      '',
      'Nothing stands out.',
      '',
      '',
    ].join('\n'),
  )
})

test('whatever a package says stays on its line, as plain text', () => {
  const text = show(
    proposal({
      publisher: { serious: [HOSTILE], minor: [HOSTILE] },
      scripts: [{ id: `a${HOSTILE}`, commands: { postinstall: HOSTILE }, allowed: false, known: false }],
      lookAlikes: [{ name: HOSTILE, genuine: HOSTILE }],
      dependencies: { added: [HOSTILE], removed: [HOSTILE], changed: [HOSTILE] },
    }),
    code({
      files: [{ ...file(1), path: HOSTILE }],
      addresses: [
        address(1, { path: HOSTILE, excerpt: HOSTILE }),
        address(2, { perhaps: true, value: HOSTILE }),
      ],
      signs: [
        {
          ...{ sign: 'credentials', detail: HOSTILE, id: 'server@1.1.0', path: HOSTILE, line: 1 },
          ...{ excerpt: HOSTILE, before: 0, now: 1 },
        },
      ],
      lines: [
        {
          ...{ id: 'server@1.1.0', path: HOSTILE, addedCount: 1, removedCount: 0 },
          added: [{ number: 1, text: HOSTILE, weight: 'plain' }],
        },
      ],
      unread: [{ what: HOSTILE, why: HOSTILE }],
      unreadCount: 1,
    }),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  expect(text.split('\n').filter((line) => line.startsWith('! nothing'))).toEqual([])
})

test('it stays short, and the rest is counted', () => {
  const many = Array.from({ length: 3000 }, (_, n) => n)
  const text = show(
    proposal({ dependencies: { added: many.map((n) => `d${n}@1`), removed: [], changed: [] } }),
    code({
      files: many.map(file),
      addresses: many.map((n) => address(n)),
      lines: [
        {
          ...{ id: 'server@1.1.0', path: 'a.js', addedCount: 3000, removedCount: 5 },
          added: many.map((n) => ({
            number: n,
            text: `line ${n}`,
            weight: n === 2900 ? 'address' : 'plain',
          })),
        },
      ],
      unread: many.map((n) => ({ what: `server@1.1.0 u${n}`, why: 'it took too long' })),
      unreadCount: 4000,
    }),
  )
  expect(text.split('\n').length).toBeLessThan(110)
  expect(text).toContain(
    '! only partly compared, which says nothing of the rest: server@1.1.0 u0 (it took too long)',
  )
  expect(text).toContain('and 3996 more')
  expect(text).toContain('! 2988 more new addresses: --json lists them')
  expect(text).toContain('  and 2988 more: --json lists them')
  expect(text).toMatch(/Added lines:\n {2}server@1\.1\.0 a\.js\n {4}2900 \+ line 2900\n/)
  const json = JSON.stringify(differenceJson(proposal(), code({ files: many.map(file) })))
  expect(JSON.parse(json)).toMatchObject({ fileCount: 3000, files: { length: 2000 } })
})

test('lines with addresses leave room for those that tell something else', () => {
  const many = Array.from({ length: 100 }, (_, n) => n)
  const lines = many.map((n) => ({ number: n, text: `https://h${n}.test/`, weight: 'address' as const }))
  const text = show(
    proposal(),
    code({
      lines: [
        {
          ...{ id: 'server@1.1.0', path: 'a.js', addedCount: 101, removedCount: 0 },
          added: [...lines, { number: 200, text: 'Bcc: copy,', weight: 'telling' }],
        },
      ],
    }),
  )
  expect(text).toContain('    22 + https://h22.test/\n     200 + Bcc: copy,\n  and 77 more')
})
