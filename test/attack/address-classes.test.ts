import { addresses } from '../fixtures/internet/addresses.ts'
import { a, aaaa } from '../fixtures/internet/records.ts'
import type { Patch } from '../fixtures/product/patched-build.ts'
import type { Attack } from './rig/case.ts'
import { WITH_INTERFACE } from './rig/controls.ts'
import { family } from './rig/family.ts'
import type { Place } from './rig/place.ts'

const { gateway, host, metadata, internal } = addresses

/** The last word before dialling is not said. */
const NO_CLASSES: readonly Patch[] = [
  {
    file: 'mcp-run.cjs',
    find: 'resolved.filter(address=>mayDial(address,target.resolves))',
    replace: 'resolved',
  },
  WITH_INTERFACE,
]

/** A declared name, and what the world's DNS says of it. */
const resolved = (title: string, address: string, more: Partial<Attack> & { row?: number } = {}): Attack => ({
  row: 12,
  title: `a declared name that resolves to ${title} (${address})`,
  egress: ({ host: name, port }) => `  - host: ${name}\n    port: ${port}`,
  script: ({ host: name, port }) => `curl -sSk -m 2 https://${name}:${port}/`,
  zones: ({ host: name }) => ({ [name]: [address.includes(':') ? aaaa(address) : a(address)] }),
  sinks: () => [address],
  denied: {
    in: 'flows',
    reason: 'address-class',
    row: ({ host: name }: Place) => ({ name, nameSource: 'tls_sni' }),
  },
  ...more,
})

/** Where the host itself would be reached. */
const atHost = { proof: 'host' } as const
const within = { ...atHost, byHost: true } as const
const wide = (block: string): Partial<Attack> => ({
  row: 18,
  egress: ({ domain, port }) => `  - host: "*.${domain}"\n    port: ${port}\n    resolves: ["${block}"]`,
})

const attacks: readonly Attack[] = [
  resolved('loopback', '127.0.0.1', within),
  resolved('another loopback address', '127.9.8.7', within),
  resolved('loopback in IPv6', '::1', within),
  resolved('loopback as a v4-mapped address', '::ffff:127.0.0.1', { ...within, sinks: () => ['127.0.0.1'] }),
  resolved('no address', '0.0.0.0', within),
  resolved('no address in IPv6', '::', within),
  resolved("the host's own address", host.v4, atHost),
  resolved('the gateway', gateway.v4),
  resolved('the gateway by its link', gateway.v6, { byHost: true }),
  resolved('a private network', internal),
  resolved('a private network', '172.16.3.4'),
  resolved('a private network', '192.168.200.1'),
  resolved("a carrier's network", '100.64.7.7'),
  resolved("the sandbox's own address", '100.64.0.2'),
  resolved('a private network in IPv6', 'fd12:3456::1'),
  resolved("the sandbox's own IPv6 address", 'fd00::2'),
  resolved('a site-local address', 'fec0::1'),
  resolved('a private address, v4-mapped', `::ffff:${internal}`, { sinks: () => [internal] }),
  resolved('a private address by 6to4', '2002:a09:807::1'),
  resolved('a private address by NAT64', '64:ff9b::a09:807'),
  resolved('a private address by Teredo', '2001:0:a09:807::1'),
  resolved('loopback by 6to4', '2002:7f00:1::1'),
  resolved('a link-local address', '169.254.7.7'),
  resolved('a reserved address', '192.0.0.8'),
  resolved('a benchmarking address', '198.19.1.1'),
  resolved('an address for later use', '240.0.0.1'),
  resolved('the metadata service', metadata, { row: 18, denied: severe(metadata) }),
  resolved('the metadata service, declared by block', metadata, { ...wide('169.254.0.0/16') }),
  resolved('the metadata service of Alibaba', '100.100.100.200', wide('100.64.0.0/10')),
  resolved('the metadata service of Azure', '168.63.129.16', { row: 18 }),
  resolved('the metadata service in IPv6', 'fd00:ec2::254', wide('fd00::/8')),
  resolved('the metadata service by NAT64', '64:ff9b::a9fe:a9fe', wide('64:ff9b::/96')),
]

function severe(_: string): Attack['denied'] {
  return { in: 'flows', reason: 'address-class' }
}

family({ attacks, control: NO_CLASSES })
