import { compileRules } from '../../../runtime/policy/rules.ts'
import { cidr, host, hostLoopback, ip } from './egress.ts'

/** The rules that the flow tables are judged by. */
export const rules = compileRules([
  host('api.test'),
  host('*.zone.test'),
  host('web.test', { ports: [80, 8080], protocol: 'http' }),
  host('any.test', { ports: [9000], protocol: 'opaque' }),
  host('other.test', { ports: [9000], protocol: 'opaque' }),
  host('smtp.test', { ports: [25], protocol: 'server-first' }),
  host('mail.test', { ports: [587], protocol: 'smtp' }),
  host('corp.test', { resolves: ['10.0.0.0/8'] }),
  host('cluster.test', { ports: [27017] }),
  ip('203.0.113.99', { ports: [4444], protocol: 'opaque' }),
  ip('2001:db8::99'),
  cidr('10.9.0.0/16', { ports: [5432], protocol: 'opaque' }),
  hostLoopback([3000]),
])

export const via = (
  name: string,
  chain: readonly string[],
  inheritedPorts: readonly number[] | null = null,
) => ({
  name,
  chain,
  inheritedPorts,
})
