import type { Attack } from './rig/case.ts'
import { NO_POLICY } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { send } from './rig/kit.ts'

const CAPTURE = 15_001
const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')

/** The recorder's own listener, dialled as such. Without the guard it would dial that address for the server. */
const dialled = (title: string, address: string, more: Partial<Attack> = {}): Attack => ({
  row: 35,
  title: `the recorder's port at ${title} (${address})`,
  script: () => send('tcp', address, CAPTURE, [REQUEST]),
  sinks: () => [address],
  port: CAPTURE,
  denied: { in: 'flows', reason: 'self', row: () => ({ address, port: CAPTURE, state: 'denied' }) },
  proof: 'host',
  ...more,
})

const attacks: readonly Attack[] = [
  dialled('loopback', '127.0.0.1', { byHost: true }),
  dialled('another address of loopback', '127.7.7.7', { byHost: true }),
  dialled('IPv6 loopback', '::1', { byHost: true }),
  dialled("the sandbox's own address", '100.64.0.2', { proof: 'bytes' }),
  dialled("the sandbox's own IPv6 address", 'fd00::2', { proof: 'bytes' }),
]

family({ attacks, control: NO_POLICY })
