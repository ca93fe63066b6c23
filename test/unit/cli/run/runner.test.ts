import { describe, expect, it } from 'vitest'
import { parseArguments } from '../../../../cli/run/arguments.ts'
import { readRunner } from '../../../../cli/run/runner/runner.ts'

const npm = (words: readonly string[], more: object = {}) => ({
  ...{ kind: 'npm', packages: [], words, call: null, bun: false },
  ...more,
})
const requirement = (name: string, versions = '', extras: readonly string[] = []) => ({
  name,
  versions,
  extras,
})
const python = (tool: string, name: string, args: readonly string[], more: object = {}) => ({
  ...{ kind: 'python', tool, args },
  request: { package: requirement(name), beside: [], bin: null, python: null, ...more },
})

describe('readRunner', () => {
  it.each<readonly [string, object]>([
    ['npx -y pkg@1.2.3 --flag', npm(['pkg@1.2.3', '--flag'])],
    ['npx pkg -y', npm(['pkg', '-y'])],
    ['npx --yes -- pkg -p x', npm(['pkg', '-p', 'x'])],
    ['npx -y -p a cmd -x', npm(['cmd', '-x'], { packages: ['a'] })],
    ['npx -pa --package=b cmd', npm(['cmd'], { packages: ['a', 'b'] })],
    ['/usr/local/bin/npx -y pkg', npm(['pkg'])],
    ['npx.cmd -y pkg', npm(['pkg'])],
    ['C:\\Program\\nodejs\\NPX.CMD -y pkg', npm(['pkg'])],
    ['cmd /c npx -y pkg x', npm(['pkg', 'x'])],
    ['cmd.exe /C npx.cmd -y pkg', npm(['pkg'])],
    ['cmd /d /s /c npx pkg', npm(['pkg'])],
    ['C:\\Windows\\System32\\cmd.exe /c npx pkg', npm(['pkg'])],
    ['cmd /c node server.js', { kind: 'command', words: ['node', 'server.js'] }],
    ['cmd /c uvx tool', python('uv', 'tool', [])],
    ['npm exec pkg', npm(['pkg'])],
    ['npm exec -y pkg a -- --flag', npm(['pkg', 'a', '--flag'])],
    ['npm x -- pkg --flag -y', npm(['pkg', '--flag', '-y'])],
    ['npm exec --package=a -- cmd -x', npm(['cmd', '-x'], { packages: ['a'] })],
    ['npm exec pkg -y', npm(['pkg'])],
    ['pnpm dlx pkg --flag', npm(['pkg', '--flag'])],
    ['pnpm --package=a dlx cmd -x', npm(['cmd', '-x'], { packages: ['a'] })],
    ['pnpm dlx --package a cmd', npm(['cmd'], { packages: ['a'] })],
    ['pnpx pkg', npm(['pkg'])],
    ['yarn dlx -q -p a cmd', npm(['cmd'], { packages: ['a'] })],
    ['yarn dlx pkg --flag', npm(['pkg', '--flag'])],
    ['bunx pkg@latest --flag', npm(['pkg@latest', '--flag'])],
    ['bunx --bun -p a cmd', npm(['cmd'], { packages: ['a'], bun: true })],
    ['bun x pkg', npm(['pkg'])],
    ['uvx tool --flag', python('uv', 'tool', ['--flag'])],
    ['uvx -q Tool_Name', python('uv', 'tool-name', [])],
    ['uvx tool@1.2', python('uv', 'tool', [], { package: requirement('tool', '==1.2') })],
    ['uvx tool@latest', python('uv', 'tool', [])],
    ['uvx tool==1.2 x', python('uv', 'tool', ['x'], { package: requirement('tool', '==1.2') })],
    ['uvx tool[b,a]>=1,<2', python('uv', 'tool', [], { package: requirement('tool', '>=1,<2', ['a', 'b']) })],
    [
      'uvx --from tool[x]==1 cmd -y',
      python('uv', 'tool', ['-y'], { package: requirement('tool', '==1', ['x']), bin: 'cmd' }),
    ],
    [
      'uvx --with b>=1,<2,a tool',
      python('uv', 'tool', [], { beside: [requirement('a'), requirement('b', '>=1,<2')] }),
    ],
    ['uvx --python=3.12 tool', python('uv', 'tool', [], { python: '3.12' })],
    ['uvx -p python3.11 tool', python('uv', 'tool', [], { python: '3.11' })],
    ['uv tool run --from a b', python('uv', 'a', [], { bin: 'b' })],
    ['/opt/uv/bin/uvx tool', python('uv', 'tool', [])],
    ['pipx run tool x', python('pip', 'tool', ['x'])],
    [
      'pipx run --spec tool==2 cmd',
      python('pip', 'tool', [], { package: requirement('tool', '==2'), bin: 'cmd' }),
    ],
  ])('%s', (line, expected) => {
    expect(readRunner(line.split(' '))).toEqual(expected)
  })

  it('takes a line that holds the whole command, and npx -c', () => {
    expect(readRunner(['cmd', '/c', 'npx -y pkg'])).toEqual(npm(['pkg']))
    expect(readRunner(['npx', '-p', 'a', '-c', 'b "$X"'])).toEqual(
      npm([], { packages: ['a'], call: 'b "$X"' }),
    )
  })

  it.each([
    'node x.js',
    './npx pkg',
    'bin/uvx tool',
    'npm start',
    'npm run server',
    'pnpm start',
    'yarn start',
    'bun run x.ts',
    'deno run x.ts',
    'python -m tool',
    'uv run tool',
    'pipx install tool',
    'docker run x',
    '',
  ])('is not %j', (line) => {
    expect(readRunner(line.split(' '))).toBeNull()
  })

  it.each([
    ['npx --registry=http://x.test pkg', '--registry is not understood'],
    ['npx -p', '-p needs a value'],
    ['npm exec pkg --stdio', 'npm exec takes --stdio for itself'],
    ['uvx --index-url http://x.test tool', '--index-url is not understood'],
    ['uvx --python >=3.10 tool', '--python >=3.10 is not understood'],
    ['uvx', 'names no package'],
    ['uvx git+https://example.com/x', 'is not in an index'],
    ['uvx --from git+https://example.com/x cmd', 'is not in an index'],
    ['uvx ./tool', 'is not in an index'],
    ['uvx --from tool ./cmd', 'is no command'],
    ['pipx run --pip-args=-x tool', '--pip-args is not understood'],
    ['uvx -x tool', '-x is not understood'],
    ['uvx tool;x', 'is no Python package'],
    ['cmd /k npx pkg', 'only /c COMMAND'],
    ['cmd npx pkg', 'only /c COMMAND'],
    ['cmd /c', 'only /c COMMAND'],
  ])('%s: says %s', (line, message) => {
    expect(() => readRunner(line.split(' '))).toThrow(message)
  })

  it('needs no shell of Windows', () => {
    expect(() => readRunner(['cmd', '/c', 'npx pkg && del x'])).toThrow('needs cmd itself')
  })
})

describe('parseArguments', () => {
  it.each<readonly [string, object]>([
    ['uvx tool --help', { own: false, runner: { kind: 'python', args: ['--help'] } }],
    ['npx -y pkg', { own: false, runner: { kind: 'npm', words: ['pkg'] } }],
    ['--mode monitor bunx pkg', { own: false, runner: { kind: 'npm', words: ['pkg'] } }],
    ['-- npx -y pkg', { own: false, runner: { kind: 'npm', words: ['pkg'] } }],
    ['--profile x -- npx -y pkg', { own: false, runner: { kind: 'npm', words: ['pkg'] } }],
    ['--profile x -- cmd /c node a.js', { own: true, words: ['node', 'a.js'] }],
    ['--profile x -- npm start', { own: true, words: ['npm', 'start'] }],
    ['-y -- pkg a', { own: false, words: ['pkg', 'a'] }],
    ['-y -p pkg -- cmd a', { own: false, words: ['cmd', 'a'] }],
    ['-y --profile x -- node a', { own: true, words: ['node', 'a'] }],
    ['-y -- docker run x', { own: true, words: ['docker', 'run', 'x'] }],
  ])('%s', (line, expected) => {
    expect(parseArguments(line.split(' '))).toMatchObject(expected)
  })

  // npm has packages of such names; an image's and a profile's arguments are the server's.
  it.each(['-y npx pkg', '--profile x npx -y pkg', '--image i npx pkg', '-p a uvx x'])(
    '%s names no runner',
    (line) => {
      expect(parseArguments(line.split(' '))).not.toHaveProperty('runner')
    },
  )

  it('-c is the whole line, and needs -p', () => {
    expect(parseArguments(['-y', '-p', 'a', '-c', 'b c'])).toMatchObject({
      options: { call: 'b c' },
      own: false,
    })
    expect(() => parseArguments(['--profile', 'x', '-c', 'b c'])).toThrow('-c takes the whole line')
    expect(() => parseArguments(['-p', 'a', '-c', 'b', 'c'])).toThrow('-c takes the whole line')
  })
})
