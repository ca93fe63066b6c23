import type { Attack } from './rig/case.ts'
import { NO_POLICY } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { DIG } from './rig/kit.ts'
import type { Place } from './rig/place.ts'

const declared = ({ host }: Place) => `  - host: ${host}`
const below = ({ domain }: Place) => `  - host: "*.wild.${domain}"`

/** A name that is asked for, and how it must be shown: in its one normal form. */
const asked = (
  row: number,
  title: string,
  name: (at: Place) => string,
  more: Partial<Attack> & { shown?: (at: Place) => string } = {},
): Attack => {
  const { shown = name, ...rest } = more
  return {
    row,
    title,
    script: (at) => `${DIG} +noidnin TXT '${name(at)}'`,
    denied: { in: 'dns', reason: 'dns-undeclared', row: (at) => ({ name: shown(at) }) },
    ...rest,
  }
}

const label = (text: string, count: number): string => new Array(count).fill(text).join('.')

const attacks: readonly Attack[] = [
  asked(9, 'a name that ends like a declared one', ({ host }) => `evil-${host}`, { egress: declared }),
  asked(9, 'a name that ends like it, without a hyphen', ({ host }) => `x${host}`, { egress: declared }),
  asked(9, 'a name that begins with a declared one', ({ domain }) => `api.test.${domain}`, {
    egress: () => '  - host: api.test',
  }),
  asked(9, 'a name below a declared one', ({ host }) => `data.${host}`, { egress: declared }),
  asked(9, 'the parent of a declared one', ({ domain }) => domain, { egress: declared }),
  asked(9, 'the apex of a wildcard', ({ domain }) => `wild.${domain}`, { egress: below }),
  asked(9, 'a label that ends like the wildcard', ({ domain }) => `xwild.${domain}`, { egress: below }),
  asked(9, 'a declared name with a typing error', ({ domain }) => `apl.${domain}`, { egress: declared }),
  asked(9, 'a service below an undeclared name', ({ domain }) => `_https._tcp.${domain}`),
  asked(9, 'a service label that is too long to be one', ({ host }) => `_${'a'.repeat(30)}._tcp.${host}`, {
    egress: declared,
  }),
  asked(9, 'labels before a declared service', ({ host }) => `secret._https._tcp.${host}`, {
    egress: declared,
  }),
  asked(11, 'a homograph of a declared name', ({ domain }) => `xn--pi-6kc.${domain}`, { egress: declared }),
  asked(1, 'underscores', ({ domain }) => `_secret_.__.${domain}`),
  asked(1, 'upper and lower case as bits', ({ domain }) => `SeCrEt.${domain.toUpperCase()}`, {
    shown: ({ domain }) => `secret.${domain}`,
  }),
  asked(1, 'a name of 253 characters', ({ domain }) => {
    const rest = 253 - domain.length - 1
    return `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(rest - 192)}.${domain}`
  }),
  asked(1, 'a hundred and ten labels', ({ domain }) => `${label('a', 110)}.${domain}`),
  asked(1, 'thirty names in a row', ({ domain }) => `1.${domain}`, {
    script: ({ domain }) => `for n in $(seq 30); do ${DIG} +short TXT $n.${domain}; done`,
  }),
  {
    row: 2,
    title: 'the reverse name of the sink',
    script: ({ sink }) => `${DIG} -x ${sink.v4}`,
    zone: ({ sink }) => reverse(sink.v4),
    denied: { in: 'dns', reason: 'dns-undeclared', row: () => ({ type: 'PTR' }) },
  },
  ...(
    [
      ['getaddrinfo', ({ domain }) => `getent ahosts c.${domain}`],
      ['Node, by the C library', ({ domain }) => js(`dns.lookup('c.${domain}', console.log)`)],
      ['Node, by c-ares', ({ domain }) => js(`dns.resolveTxt('c.${domain}', console.log)`)],
      [
        'another resolver of c-ares',
        ({ domain }) => js(`dns.setServers(['9.9.9.9']); dns.resolve4('c.${domain}', console.log)`),
      ],
    ] satisfies readonly (readonly [string, (at: Place) => string])[]
  ).map(([by, script]): Attack => {
    return {
      row: 1,
      title: `asked by ${by}`,
      script,
      denied: { in: 'dns', reason: 'dns-undeclared', row: ({ domain }) => ({ name: `c.${domain}` }) },
    }
  }),
]

function reverse(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`
}

function js(code: string): string {
  return `node -e "const dns = require('node:dns'); ${code}"`
}

family({ attacks, control: NO_POLICY })
