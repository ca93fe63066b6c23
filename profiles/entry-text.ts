import type { EgressRule } from '../runtime/model/profile.ts'
import { defaultProtocol } from './wanted-destination.ts'

/** The fields of an entry that says what the rule says, as they stand in a profile. */
export function entryFields(rule: EgressRule): readonly string[] {
  const [port = 0] = rule.ports
  const fields =
    rule.kind === 'host-loopback'
      ? [`host-loopback: ${port}`]
      : [placeField(rule), `ports: [${rule.ports.join(', ')}]`]
  if (rule.protocol !== defaultProtocol(rule.kind, port)) fields.push(`protocol: ${rule.protocol}`)
  if (rule.purpose !== null) fields.push(`purpose: ${JSON.stringify(rule.purpose)}`)
  return fields
}

/** As an item of a block list, each line ended. */
export function entryBlock(rule: EgressRule, indent: string, eol: string): string {
  return entryFields(rule)
    .map((field, index) => `${indent}${index === 0 ? '- ' : '  '}${field}${eol}`)
    .join('')
}

/** As an item of a list in brackets. */
export function entryInline(rule: EgressRule): string {
  return `{${entryFields(rule).join(', ')}}`
}

function placeField(rule: Exclude<EgressRule, { kind: 'host-loopback' }>): string {
  if (rule.kind === 'host') return `host: ${scalar(rule.host)}`
  return rule.kind === 'ip' ? `ip: ${scalar(rule.ip)}` : `cidr: ${scalar(rule.cidr)}`
}

/** Names with dots in them are text without quotes; a bare `no` or `*.x` is not. */
function scalar(text: string): string {
  return /^[a-z0-9][a-z0-9_-]*\.[a-z0-9._/-]+$/.test(text) ? text : `"${text}"`
}
