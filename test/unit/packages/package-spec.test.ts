import { describe, expect, test } from 'vitest'
import { McpRunError } from '../../../runtime/model/errors.ts'
import { formatPackageSpec, parsePackageSpec, unscopedName } from '../../../runtime/packages/package-spec.ts'

describe('parsePackageSpec', () => {
  test.each([
    ['exa-mcp-server', 'exa-mcp-server', null],
    ['exa-mcp-server@3.4.1', 'exa-mcp-server', '3.4.1'],
    ['exa-mcp-server@latest', 'exa-mcp-server', 'latest'],
    ['exa-mcp-server@^3', 'exa-mcp-server', '^3'],
    ['exa-mcp-server@>=3 <4 || 5.x', 'exa-mcp-server', '>=3 <4 || 5.x'],
    ['exa-mcp-server@*', 'exa-mcp-server', '*'],
    ['exa-mcp-server@1.0.0-rc.1+build', 'exa-mcp-server', '1.0.0-rc.1+build'],
    ['exa-mcp-server@', 'exa-mcp-server', null],
    ['@scope/name', '@scope/name', null],
    ['@scope/name@2026.8.31', '@scope/name', '2026.8.31'],
    ['@scope/name@next', '@scope/name', 'next'],
    ['JSONStream', 'JSONStream', null],
    ['3d.js', '3d.js', null],
    [`a${'b'.repeat(213)}`, `a${'b'.repeat(213)}`, null],
  ])('%s', (text, name, version) => {
    expect(parsePackageSpec(text)).toEqual({ name, version })
  })

  test.each([
    '.',
    './server',
    '../server',
    '/opt/server',
    '~/server',
    'server.tgz',
    'server-1.0.0.tar.gz',
    'file:server',
    'git+ssh://git@example.com/x.git',
    'git@example.com:owner/x.git',
    'https://example.com/x.tgz',
    'github:owner/x',
    'owner/x',
    'owner/x@1.0.0',
    'C:\\server',
    'name@npm:other@1.0.0',
    'name@file:../x',
    'name@https://example.com/x.tgz',
    'name@owner/x',
    'name@../x',
  ])('%s is not the registry’s: says that -- runs a checkout', (text) => {
    expect(refusal(text)).toMatchObject({ code: 'usage', hint: expect.stringContaining(' -- ') })
    expect(refusal(text).message).toContain('not in the registry')
  })

  test.each([
    ['', 'empty'],
    ['@', 'letter or a digit|letters, digits|empty|written @scope/name'],
    ['@scope', 'letters, digits|letter or a digit'],
    ['@scope/', 'written @scope/name'],
    ['@/name', 'written @scope/name'],
    ['@scope/a/b', 'letters, digits|letter or a digit'],
    ['@scope/.hidden', 'starts with a letter'],
    ['@scope/..', 'starts with a letter'],
    ['_private', 'starts with a letter'],
    ['-y', 'starts with a letter'],
    ['a b', 'letters, digits'],
    ['a\u0000b', 'letters, digits'],
    ['naïve', 'letters, digits'],
    ['a;b', 'letters, digits'],
    ['node_modules', 'reserves'],
    ['b'.repeat(215), 'longer'],
    ['name@a b$', 'not a version'],
    ['name@ 1', 'not a version'],
    ['name@\u202e1', 'not a version'],
    [`name@${'1'.repeat(257)}`, 'not a version'],
  ])('%j is refused', (text, why) => {
    expect(refusal(text).code).toBe('usage')
    expect(refusal(text).message).toMatch(new RegExp(why))
  })

  test('what was typed is escaped in the error', () => {
    expect(refusal('a\u001b[2Jb').message).toContain('a\\x1b[2Jb')
  })
})

test.each([
  ['@scope/name', '1.0.0', '@scope/name@1.0.0', 'name'],
  ['name', null, 'name', 'name'],
])('%s %s is written %s', (name, version, text, own) => {
  expect(formatPackageSpec({ name, version })).toBe(text)
  expect(unscopedName(name)).toBe(own)
})

function refusal(text: string): McpRunError {
  try {
    parsePackageSpec(text)
  } catch (error) {
    if (error instanceof McpRunError) return error
    throw error
  }
  throw new Error(`${text} was accepted`)
}
