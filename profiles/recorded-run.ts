import { normaliseName } from '../runtime/model/name.ts'
import type { RecordedRun } from '../runtime/model/profile.ts'
import { canonicalAddress } from '../runtime/policy/address.ts'
import type { Checked } from './host-pattern.ts'
import { shown } from './problem.ts'
import type { RawProfile } from './schema.ts'

/** The run that the profile says it was made from; hosts as they are compared, each once, sorted. */
export function recordedRun(raw: NonNullable<RawProfile['recorded']>): RecordedRun {
  const { date, version, backend, hosts, env = {}, args = [], call } = raw
  const names = hosts.map((host) => canonicalAddress(host) ?? normaliseName(host) ?? host)
  return {
    ...{ date, version, backend, hosts: [...new Set(names)].sort(), env, args },
    call: call === undefined ? null : { tool: call.tool, arguments: call.arguments ?? {} },
  }
}

/** What was seen on the network: a whole name, or an address. */
export function checkSeenHost(text: string): Checked<string> {
  const host = canonicalAddress(text) ?? normaliseName(text)
  if (host !== null) return { ok: true, value: host }
  const hint = 'a name or an address as it was seen, without a port: `api.example.com`'
  return { ok: false, message: `\`${shown(text)}\` is no host name`, hint }
}
