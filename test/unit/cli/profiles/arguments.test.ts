import { describe, expect, it } from 'vitest'
import { parseProfilesArguments } from '../../../../cli/profiles/arguments.ts'
import { McpRunError } from '../../../../runtime/model/errors.ts'

const check = { kind: 'check', store: undefined, names: [], sandbox: 'auto', waitMs: 15_000 }

describe('mcp-run profiles', () => {
  it.each<[readonly string[], object]>([
    [[], { kind: 'list', store: undefined, json: false }],
    [['--json', '--store', '/s'], { kind: 'list', store: '/s', json: true }],
    [['check'], check],
    [['check', 'exa', './mine.yaml'], { ...check, names: ['exa', './mine.yaml'] }],
    [
      ['check', '--sandbox', 'native', 'exa', '--wait=0', '--store', '/s'],
      { ...check, store: '/s', names: ['exa'], sandbox: 'native', waitMs: 0 },
    ],
  ])('%j', (words, expected) => expect(parseProfilesArguments(words)).toEqual(expected))

  it.each<[readonly string[], RegExp]>([
    [['exa'], /does not take exa/],
    [['--sandbox', 'native'], /--sandbox/],
    [['check', '--json'], /--json/],
    [['check', '--sandbox', 'chroot'], /--sandbox chroot: it is one of/],
    [['check', '--wait', 'long'], /--wait long: it takes seconds/],
    [['check', '--wait', '3601'], /up to 3600/],
    [['check', '--wait', '-1'], /--wait/],
  ])('refuses %j', (words, message) => {
    expect(() => parseProfilesArguments(words)).toThrow(message)
    try {
      parseProfilesArguments(words)
    } catch (error) {
      expect(error).toBeInstanceOf(McpRunError)
      expect(error).toMatchObject({ code: 'usage', hint: expect.any(String) })
    }
  })
})
