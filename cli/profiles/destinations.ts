import type { EgressRule, Profile } from '../../runtime/model/profile.ts'

/** `api.example.com:443`, one for each place and port that a profile declares. */
export function destinationTexts({ egress }: Pick<Profile, 'egress'>): readonly string[] {
  return egress.flatMap((rule) => rule.ports.map((port) => `${placeText(rule)}:${port}`))
}

function placeText(rule: EgressRule): string {
  if (rule.kind === 'host') return rule.host
  if (rule.kind === 'cidr') return rule.cidr
  if (rule.kind === 'host-loopback') return 'localhost'
  return rule.ip.includes(':') ? `[${rule.ip}]` : rule.ip
}
