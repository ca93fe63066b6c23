import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../../cli/run/arguments.ts'
import { McpRunError } from '../../../../runtime/model/errors.ts'

const NONE = {
  profile: null,
  sandbox: 'auto',
  recorder: 'auto',
  image: null,
  mode: null,
  readOnly: false,
  trial: null,
  allowRead: [],
  allowWrite: [],
  passEnv: [],
  store: undefined,
  upstreamProxy: null,
  packages: [],
  call: null,
  acceptNames: [],
  allowScripts: [],
  minAge: null,
  annotate: true,
  timing: false,
}
const run = (options: object, words: readonly string[], own = false) => ({
  kind: 'run',
  options: { ...NONE, ...options },
  own,
  words,
})

describe('parseArguments', () => {
  it.each<readonly [readonly string[], object]>([
    [['--help'], { kind: 'help' }],
    [['-h', 'x'], { kind: 'help' }],
    [['--version'], { kind: 'version' }],
    [['doctor'], { kind: 'doctor', fix: false }],
    [['doctor', '--fix'], { kind: 'doctor', fix: true }],
    [['trial', 'end', '--profile', 'x'], { kind: 'trial', words: ['end', '--profile', 'x'] }],
    [['--profile', 'x', '--read-only'], run({ profile: 'x', readOnly: true }, [])],
    [['--profile', 'x', '--trial', '7d'], run({ profile: 'x', trial: 604_800_000 }, [])],
    [['profiles'], { kind: 'profiles', words: [] }],
    [['profiles', 'check', '--wait', '0'], { kind: 'profiles', words: ['check', '--wait', '0'] }],
    [['-y', 'profiles'], run({}, ['profiles'])],
    [['--profile', 'exa'], run({ profile: 'exa' }, [])],
    [['--profile=exa', 'a', '--mode', 'b'], run({ profile: 'exa' }, ['a', '--mode', 'b'])],
    [['-y', 'pkg', '-y', '--help'], run({}, ['pkg', '-y', '--help'])],
    [['--yes', '@scope/pkg@1.2.3'], run({}, ['@scope/pkg@1.2.3'])],
    [['-p', 'pkg', 'command', 'x'], run({ packages: ['pkg'] }, ['command', 'x'])],
    [['-ppkg', 'command'], run({ packages: ['pkg'] }, ['command'])],
    [['--package=a', '--package', 'b', 'c'], run({ packages: ['a', 'b'] }, ['c'])],
    [['--upstream-proxy', 'none', 'pkg'], run({ upstreamProxy: 'none' }, ['pkg'])],
    [['--profile', 'p', '--', 'node', '--version'], run({ profile: 'p' }, ['node', '--version'], true)],
    [['--profile', 'p', '--', '--', 'x'], run({ profile: 'p' }, ['--', 'x'], true)],
    [['--', 'doctor'], run({}, ['doctor'], true)],
    [['-y', 'doctor'], run({}, ['doctor'])],
    [['--profile', '--odd'], run({ profile: '--odd' }, [])],
    [['-'], run({}, ['-'])],
    [
      [
        '--allow-read',
        'a',
        '--allow-read=b',
        '--allow-write',
        '-c',
        '--pass-env',
        'A_1',
        '--store',
        '/s',
        '--timing',
        'p',
      ],
      run({ allowRead: ['a', 'b'], allowWrite: ['-c'], passEnv: ['A_1'], store: '/s', timing: true }, ['p']),
    ],
    [
      ['--accept-name', 'a', '--allow-scripts=b', '--allow-scripts', 'c', '--min-age', '7d', 'p'],
      run({ acceptNames: ['a'], allowScripts: ['b', 'c'], minAge: 7 * 86_400_000 }, ['p']),
    ],
    [['--min-age=0', 'p'], run({ minAge: 0 }, ['p'])],
    [['pin', 'x', '--json'], { kind: 'pin', words: ['x', '--json'] }],
    [['unpin', 'x'], { kind: 'unpin', words: ['x'] }],
    [['-y', 'pin'], run({}, ['pin'])],
    [['--mode', 'monitor', '--sandbox', 'native', 'p'], run({ mode: 'monitor', sandbox: 'native' }, ['p'])],
  ])('%j', (argv, expected) => expect(parseArguments(argv)).toEqual(expected))

  it.each<readonly [readonly string[], RegExp]>([
    [[], /what is to be run/],
    [['-y'], /what is to be run/],
    [['--profile'], /--profile needs a value/],
    [['--profile', 'p', '--'], /no command follows --/],
    [['--min-age', 'soon', 'p'], /--min-age soon/],
    [['--unknown', 'p'], /--unknown/],
    [['-z'], /-z/],
    [['--mode', 'off', 'p'], /--mode off: it is one of enforce, monitor/],
    [['--sandbox', 'podman', 'p'], /--sandbox podman/],
    [['--pass-env', 'A=b', 'p'], /not its value/],
    [['--pass-env', '1A', 'p'], /takes a variable's name/],
    [['--yes=no', 'p'], /--yes|does not take an argument/],
    [['doctor', '--mend'], /does not take --mend/],
  ])('refuses %j', (argv, message) => {
    expect(() => parseArguments(argv)).toThrow(message)
    try {
      parseArguments(argv)
    } catch (error) {
      expect(error).toBeInstanceOf(McpRunError)
      expect(error).toMatchObject({ code: 'usage', exitCode: 2, hint: expect.any(String) })
    }
  })
})
