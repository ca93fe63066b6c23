import { describe, expect, it } from 'vitest'
import { parseProfile } from '../../../profiles/parse-profile.ts'
import { McpRunError } from '../../../runtime/model/errors.ts'

const parse = (text: string) => parseProfile(`name: a\negress: []\n${text}`, 'p.yaml').source

it('a recorded run is read field by field', () => {
  const { recorded } = parse(`recorded:
  date: 2026-11-26
  version: 1.2.3
  backend: docker
  hosts: [B.test., "2001:DB8:0::7", a.test, b.test]
  env: {API_KEY: not-a-key}
  args: ["\${CWD}"]
  call: {tool: search, arguments: {query: x, deep: {n: [1, null]}}}
`)
  expect(recorded).toEqual({
    ...{ date: '2026-11-26', version: '1.2.3', backend: 'docker' },
    ...{ hosts: ['2001:db8::7', 'a.test', 'b.test'], env: { API_KEY: 'not-a-key' } },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the profile's own placeholder
    args: ['${CWD}'],
    call: { tool: 'search', arguments: { query: 'x', deep: { n: [1, null] } } },
  })
})

it('it need not have variables, arguments or a call', () => {
  const run = '{date: 2026-11-26, version: "1", backend: native, hosts: [], call: {tool: x}}'
  const { recorded } = parse(`recorded: ${run}`)
  expect(recorded).toMatchObject({ env: {}, args: [], call: { tool: 'x', arguments: {} } })
  expect(parse(`recorded: ${run.replace(', call: {tool: x}', '')}`).recorded?.call).toBeNull()
})

describe('callback ports, path arguments, a recorded run', () => {
  const run = (fields: string) => `recorded: {${fields}, version: "1", backend: native, hosts: []}`
  it.each([
    ['callback-ports: [80]', '3:18: callback-ports[0]: 80 is no port for callbacks', '1024'],
    ['callback-ports: [70000]', '3:18: callback-ports[0]: 70000 is no port for callbacks', '65535'],
    ['callback-ports: 3334', '3:17: callback-ports: must be a list', 'docs'],
    ['callback-ports: ["3334"]', '3:18: callback-ports[0]: must be a', 'without quotes'],
    ['callback-port: [3334]', '3:1: callback-port: no such field', '`callback-ports`?'],
    ['path-arguments: wirte', '3:17: path-arguments: must be one of none, read, write', '`write`?'],
    [run('date: 26 November'), '3:18: recorded.date: `26 November` is no day', '2026-01-31'],
    [run('date: 2026-13-01'), '3:18: recorded.date: `2026-13-01` is no day', '2026-01-31'],
    [run('day: 2026-11-26'), '3:11: recorded.date: is missing', '`date:`'],
    [run('date: 2026-11-26').replace('native', 'podman'), '3:53: recorded.backend: must be one of', 'native'],
    [
      run('date: 2026-11-26').replace('[]', '["*.a.test"]'),
      '3:69: recorded.hosts[0]: `*.a.test`',
      'as it was',
    ],
    [run('date: 2026-11-26').replace('[]', '["a.test:80"]'), '3:69: recorded.hosts[0]: `a.test:80`', 'port'],
    [run('date: 2026-11-26, env: {A-B: x}'), '3:36: recorded.env.A-B: `A-B` is no variable', 'API_KEY'],
    [run('date: 2026-11-26, env: {A: 1}'), '3:39: recorded.env.A: must be text', 'quotes'],
    [run('date: 2026-11-26, args: ["a\\0"]'), '3:37: recorded.args[0]: holds a NUL', 'remove it'],
    [run('date: 2026-11-26, args: [--stdio]'), '3:37: recorded.args[0]: would be taken for', '`args`'],
    [run('date: 2026-11-26, call: {}'), '3:36: recorded.call.tool: is missing', '`tool:`'],
    [
      run('date: 2026-11-26, call: {tool: x, args: 1}'),
      '3:46: recorded.call.args: no such',
      'tool, arguments',
    ],
  ])('%s', (text, message, hint) => refused(text, message, hint))
})

function refused(text: string, message: string, hint: string): void {
  try {
    parse(text)
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    expect(error.message.slice(0, 7 + message.length)).toBe(`p.yaml:${message}`)
    expect(error.hint).toContain(hint)
    return
  }
  throw new Error(`accepted: ${text}`)
}
