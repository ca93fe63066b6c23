import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import {
  environmentLine,
  NO_SUCH_PROGRAM,
  shellFirst,
} from '../../../../runtime/sandbox/docker/environment-line.ts'

const [shell = '', ...rest] = shellFirst(['/usr/bin/env', '-0'])

describe('an environment that comes by stdin', () => {
  it.each([
    ['nothing', {}],
    ['one', { A: 'b' }],
    ['nothing in it', { A: '' }],
    ['quotes and what a shell would read', { A: `'"$(touch /tmp/never)\`id\`;&|<>*?~ \\n` }],
    ['ends of lines, also the last', { A: 'a\n\nb\n', B: '\n', C: "'\n'" }],
    ['control characters and other scripts', { A: '\x01\x1b[2J\t\r', B: 'grüße 你好 🙂' }],
    ['much', { A: 'x'.repeat(20_000) }],
  ])('gives the values as they are: %s', (_, env) => {
    const input = `${environmentLine(env)}the rest\nis the server's`
    const { stdout, status } = spawnSync(shell, rest, { input, env: {}, encoding: 'utf8' })
    expect(status).toBe(0)
    const seen = Object.fromEntries(
      stdout
        .split('\0')
        .filter((word) => word !== '')
        .map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
    )
    const { PWD: _pwd, OLDPWD: _old, SHLVL: _level, _: _last, ...own } = seen
    expect(own).toEqual(env)
  })

  it('leaves the server all that follows', () => {
    const [program = '', ...words] = shellFirst(['/bin/cat'])
    const input = `${environmentLine({ A: 'b' })}the rest\nis the server's`
    expect(spawnSync(program, words, { input, encoding: 'utf8' }).stdout).toBe("the rest\nis the server's")
  })

  it('is silent, and ends by its own signal, where there is no such program', () => {
    const [program = '', ...words] = shellFirst(['no-such-program'])
    const { signal, stdout, stderr } = spawnSync(program, words, {
      input: environmentLine({}),
      encoding: 'utf8',
    })
    expect([signal, stdout, stderr]).toEqual([NO_SUCH_PROGRAM, '', ''])
  })
})
