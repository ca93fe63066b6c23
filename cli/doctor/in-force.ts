import { McpRunError } from '../../runtime/model/errors.ts'
import type { SandboxBackend } from '../../runtime/sandbox/backend.ts'
import { type Check, missing, note, ok } from './check.ts'

/** Said by the kernel, from inside: nothing here is what mcp-run believes of itself. */
const PROBE = `
grep -E '^(NoNewPrivs|CapEff|CapBnd|Seccomp):' /proc/self/status
echo "Interfaces: $(ls /sys/class/net 2>/dev/null || tail -n +3 /proc/net/dev | cut -d: -f1 | xargs)"
echo "Pid1Environ: $(cat /proc/1/environ 2>/dev/null | wc -c)"
echo "UserNamespaces: $(unshare --user true 2>/dev/null && echo open || echo closed)"
echo "RootWritable: $( (touch /probe 2>/dev/null && echo yes) || echo no)"
`

const EXPECTED: readonly (readonly [field: string, value: string, meaning: string])[] = [
  ['NoNewPrivs', '1', 'no privilege can be gained'],
  ['CapEff', '0000000000000000', 'no capabilities'],
  ['CapBnd', '0000000000000000', 'none can be had'],
  ['Seccomp', '2', 'system calls are filtered'],
  ['Interfaces', 'lo', 'the only network interface'],
  ['Pid1Environ', '0', 'no environment to be read in /proc'],
  ['UserNamespaces', 'closed', 'no further user namespaces'],
  ['RootWritable', 'no', 'the root is read-only'],
]

/** Starts a real sandbox and reads back what is in force. `home`: an empty folder. */
export async function checkInForce(backend: SandboxBackend, home: string): Promise<readonly Check[]> {
  try {
    const sandbox = backend.open()
    await sandbox.capture
    const limits = await sandbox.limit({ memory: 2 ** 30, cpus: 1, pids: 512, required: false })
    const server = await sandbox.launch({
      command: ['sh', '-c', PROBE],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      cwd: '/',
      home,
      shares: [],
      hostLoopbackPorts: [],
    })
    server.stdin.end()
    let text = ''
    for await (const chunk of server.stdout) text += chunk
    await server.exited
    sandbox.destroy()
    return [
      ok('capture', 'the recorder has its sockets in a namespace without an uplink'),
      ...judge(text, limits),
    ]
  } catch (error) {
    return [missing('sandbox', error instanceof McpRunError ? error.message : String(error))]
  }
}

function judge(text: string, limits: readonly string[]): readonly Check[] {
  const read = new Map(
    text.split('\n').map((line) => [line.split(':')[0] ?? '', line.slice(line.indexOf(':') + 1).trim()]),
  )
  return [
    ...EXPECTED.map(([field, value, meaning]) => {
      const found = read.get(field) ?? 'not read'
      return found === value
        ? ok(field, `${found}: ${meaning}`)
        : missing(field, `${found}, not ${value}: ${meaning}`)
    }),
    ...(limits.length === 0
      ? [ok('limits', 'memory, cpu and pids can be limited')]
      : limits.map((text) => note('limits', text))),
  ]
}
