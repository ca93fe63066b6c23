import { describe, expect, it } from 'vitest'
import type { LaunchSpec } from '../../../runtime/sandbox/backend.ts'
import { bubblewrapArguments } from '../../../runtime/sandbox/bubblewrap.ts'

const SPEC: LaunchSpec = {
  command: ['node', 'server.js'],
  env: { TOKEN: 'secret', HOME: '/home/mcp' },
  cwd: '/work',
  home: '/store/homes/p',
  shares: [
    { source: '/real/notes', target: '/notes', write: false },
    { source: '/real/out', target: '/out', write: true },
  ],
  hostLoopbackPorts: [],
}

/** Words as text; data as its content between angle brackets. */
const words = (spec: LaunchSpec = SPEC, where = (source: string) => source) =>
  bubblewrapArguments(spec, where).map((word) =>
    typeof word === 'string' ? word : `<${Buffer.from(word.data, 'base64')}>`,
  )
const valuesOf = (option: string, list = words()) =>
  list.flatMap((word, index) => (word === option ? [list.slice(index + 1, index + 3)] : []))

describe('bubblewrapArguments', () => {
  it.each([
    '--unshare-user',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
    '--die-with-parent',
    '--new-session',
    '--disable-userns',
    '--clearenv',
    '--seccomp',
  ])('has %s', (option) => expect(words()).toContain(option))

  it('keeps the network namespace that the tap made', () => expect(words()).not.toContain('--unshare-net'))

  it('drops every capability and adds none', () => {
    expect(valuesOf('--cap-drop')).toEqual([['ALL', expect.anything()]])
    expect(words()).not.toContain('--cap-add')
  })

  it('shows folders at their places, read-only unless they are for writing', () => {
    expect(valuesOf('--ro-bind')).toContainEqual(['/real/notes', '/notes'])
    expect(valuesOf('--bind')).toEqual([
      ['/store/homes/p', '/home/mcp'],
      ['/real/out', '/out'],
    ])
  })

  it('takes them from where the tap put them', () => {
    const list = words(SPEC, (source) => `/run/mcp-run${source}`)
    expect(valuesOf('--bind', list)).toContainEqual(['/run/mcp-run/real/out', '/out'])
    expect(valuesOf('--ro-bind', list)).toContainEqual(['/run/mcp-run/real/notes', '/notes'])
  })

  it('makes the root read-only once all is mounted, and never shows the host’s own places', () => {
    const list = words()
    expect(valuesOf('--remount-ro', list)).toContainEqual(['/', '--chdir'])
    expect(list.lastIndexOf('--bind')).toBeLessThan(list.lastIndexOf('--remount-ro'))
    const sources = ['--bind', '--ro-bind', '--ro-bind-try'].flatMap((option) =>
      valuesOf(option, list).map(([source]) => source),
    )
    for (const never of [
      '/',
      '/run',
      '/var',
      '/tmp',
      '/home',
      '/root',
      '/etc',
      '/etc/shadow',
      '/etc/passwd',
      '/etc/hosts',
    ])
      expect(sources).not.toContain(never)
  })

  it('gives values by descriptor words, the environment whole', () => {
    expect(valuesOf('--setenv')).toEqual([
      ['TOKEN', 'secret'],
      ['HOME', '/home/mcp'],
    ])
    const data = words().filter((word) => word.startsWith('<'))
    expect(data.some((word) => word.includes('nameserver 100.64.0.2'))).toBe(true)
    expect(data.some((word) => word.includes('mcp:x:1000:1000::/home/mcp:/bin/sh'))).toBe(true)
  })
})
