import { describe, expect, it } from 'vitest'
import {
  formatImageName,
  parseImageName,
  sameRepository,
  shortImageName,
} from '../../../runtime/model/image-name.ts'

const SHA = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('parseImageName', () => {
  it.each([
    ['node', 'docker.io/library/node:latest', 'node'],
    ['node:20-slim', 'docker.io/library/node:20-slim', 'node'],
    ['library/node', 'docker.io/library/node:latest', 'node'],
    ['docker.io/node', 'docker.io/library/node:latest', 'node'],
    ['index.docker.io/mcp/fetch', 'docker.io/mcp/fetch:latest', 'mcp/fetch'],
    ['mcp/filesystem', 'docker.io/mcp/filesystem:latest', 'mcp/filesystem'],
    [
      'ghcr.io/github/github-mcp-server',
      'ghcr.io/github/github-mcp-server:latest',
      'ghcr.io/github/github-mcp-server',
    ],
    ['GHCR.io/owner/x:V1.2', 'ghcr.io/owner/x:V1.2', 'ghcr.io/owner/x'],
    ['localhost/x', 'localhost/x:latest', 'localhost/x'],
    ['localhost:5000/x', 'localhost:5000/x:latest', 'localhost:5000/x'],
    ['localhost:5000', 'docker.io/library/localhost:5000', 'localhost'],
    ['[::1]:5000/x:1', '[::1]:5000/x:1', '[::1]:5000/x'],
    [
      '127.0.0.1:5000/a/b__c/d-e.f--g:1',
      '127.0.0.1:5000/a/b__c/d-e.f--g:1',
      '127.0.0.1:5000/a/b__c/d-e.f--g',
    ],
    [`owner/x@${SHA}`, `docker.io/owner/x@${SHA}`, 'owner/x'],
    [`owner/x:1@${SHA}`, `docker.io/owner/x:1@${SHA}`, 'owner/x'],
    ['0123456789ab', 'docker.io/library/0123456789ab:latest', '0123456789ab'],
    ['a'.repeat(247), `docker.io/library/${'a'.repeat(247)}:latest`, 'a'.repeat(247)],
  ])('%s', (text, full, short) => {
    const parsed = parseImageName(text)
    if (!parsed.ok) throw new Error(parsed.flaw)
    expect(formatImageName(parsed.image)).toBe(full)
    expect(shortImageName(parsed.image)).toBe(short)
    expect(parseImageName(full)).toEqual(parsed)
  })

  it.each([
    ['', 'no such form'],
    ['-', 'no such form'],
    ['--privileged', 'no such form'],
    ['/x', 'no such form'],
    ['x/', 'no such form'],
    ['a//b', 'no such form'],
    ['../x', 'no such form'],
    ['a/../b', 'no such form'],
    ['a b', 'no such form'],
    ['a\n', 'no such form'],
    ['a_-b', 'no such form'],
    ['a...b/c', 'no such form'],
    ['ex_ample.com/x', 'no such form'],
    ['ghcr.io:x/y', 'no such form'],
    ['Owner/x', 'capital'],
    ['ghcr.io/Owner/x', 'capital'],
    ['docker://mcp/fetch', 'URL'],
    ['x:', 'no tag'],
    ['x:-1', 'no tag'],
    ['x:1\n', 'no tag'],
    [`x:${'a'.repeat(129)}`, 'no tag'],
    ['x@', 'no digest'],
    ['x@sha256:12', 'no digest'],
    [`x@${SHA.toUpperCase()}`, 'no digest'],
    [`x@${SHA}@${SHA}`, 'no digest'],
    [SHA, 'number'],
    [SHA.slice(7), 'number'],
    ['a'.repeat(248), 'longer'],
    ['a'.repeat(100_000), 'longer'],
    [`${'a.'.repeat(128)}a/x`, 'longer'],
  ])('%j is none', (text, flaw) => {
    expect(parseImageName(text)).toEqual({ ok: false, flaw: expect.stringContaining(flaw) })
  })
})

it.each([
  ['mcp/fetch', 'docker.io/mcp/fetch:1', true],
  ['node:18', `docker.io/library/node@${SHA}`, true],
  ['mcp/fetch', 'ghcr.io/mcp/fetch', false],
  ['mcp/fetch', 'mcp/fetch-2', false],
  ['a//b', 'a//b', false],
])('%s and %s: one repository: %s', (left, right, same) => {
  expect(sameRepository(left, right)).toBe(same)
})
