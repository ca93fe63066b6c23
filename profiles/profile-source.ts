import type {
  EgressRule,
  Profile,
  ProfileImage,
  ProfilePackage,
  RecordedRun,
  SinkRule,
} from '../runtime/model/profile.ts'
import { egressRules } from './egress-entry.ts'
import { checkAge, checkEnvValue, checkMemory, checkPackage, checkText } from './field-check.ts'
import type { Checked } from './host-pattern.ts'
import { checkImage } from './image-reference.ts'
import type { Path, Problem } from './problem.ts'
import { checkSeenHost, recordedRun } from './recorded-run.ts'
import type { RawProfile } from './schema.ts'
import { sinkRule } from './sink-entry.ts'

/** What one file says. Null, or nothing in a list, for what it leaves out. */
export interface ProfileSource {
  readonly extends: string | null
  readonly name: string | null
  readonly title: string | null
  readonly publisher: string | null
  readonly note: string | null
  readonly package: ProfilePackage | null
  readonly image: ProfileImage | null
  readonly installScripts: readonly string[]
  readonly minAge: number | null
  readonly command: readonly string[] | null
  readonly args: readonly string[] | null
  readonly pathArguments: Profile['pathArguments'] | null
  readonly env: Profile['env']
  readonly egress: readonly EgressRule[]
  readonly sinks: readonly SinkRule[]
  readonly knownValues: readonly string[]
  readonly alertBackground: boolean | null
  readonly callbackPorts: readonly number[]
  readonly files: Profile['files']
  readonly limits: { readonly [K in keyof Profile['limits']]: Profile['limits'][K] | null }
  readonly mode: Profile['mode'] | null
  readonly recorded: RecordedRun | null
}

/** From the shape to the meaning. With problems, the source is not to be used. */
export function profileSource(raw: RawProfile): { source: ProfileSource; problems: readonly Problem[] } {
  const problems: Problem[] = [...missing(raw), ...twoPrograms(raw)]
  function check<T>(path: Path, checked: Checked<T>): T | null {
    if (checked.ok) return checked.value
    problems.push({ path, message: checked.message, hint: checked.hint })
    return null
  }
  const texts = (items: readonly string[] | undefined, ...path: Path): readonly string[] =>
    (items ?? []).map((text, index) => check([...path, index], checkText(text)) ?? '')

  const set = Object.entries(raw.env?.set ?? {})
  for (const [name, value] of set) check(['env', 'set', name], checkEnvValue(value))
  for (const [index, name] of (raw.env?.pass ?? []).entries()) {
    if (!set.some(([fixed]) => fixed === name)) continue
    problems.push({
      path: ['env', 'pass', index],
      message: 'is also under `set`',
      hint: 'keep one of the two',
    })
  }
  texts(raw.recorded?.args, 'recorded', 'args')
  if (raw.recorded?.args?.[0]?.startsWith('-')) {
    const hint = 'put it under `args`, which stand before those of the command line'
    problems.push({ path: ['recorded', 'args', 0], message: "would be taken for mcp-run's own option", hint })
  }
  for (const [index, host] of (raw.recorded?.hosts ?? []).entries())
    check(['recorded', 'hosts', index], checkSeenHost(host))
  const source: ProfileSource = {
    extends: raw.extends ?? null,
    name: raw.name ?? null,
    title: raw.title ?? null,
    publisher: raw.publisher ?? null,
    note: raw.note ?? null,
    package: raw.package === undefined ? null : check(['package'], checkPackage(raw.package)),
    image: raw.image === undefined ? null : check(['image'], checkImage(raw.image)),
    installScripts: [...new Set(raw['install-scripts'] ?? [])],
    minAge: raw['min-age'] === undefined ? null : check(['min-age'], checkAge(raw['min-age'])),
    command: raw.command === undefined ? null : texts(raw.command, 'command'),
    args: raw.args === undefined ? null : texts(raw.args, 'args'),
    pathArguments: raw['path-arguments'] ?? null,
    env: { pass: [...new Set(raw.env?.pass ?? [])], set: Object.fromEntries(set) },
    egress: egressOf(raw, problems),
    sinks: sinksOf(raw, problems),
    knownValues: texts(raw['known-values'], 'known-values'),
    alertBackground: raw['alert-background'] ?? null,
    callbackPorts: [...new Set(raw['callback-ports'] ?? [])],
    files: {
      read: texts(raw.files?.read, 'files', 'read'),
      write: texts(raw.files?.write, 'files', 'write'),
    },
    limits: {
      memory:
        raw.limits?.memory === undefined ? null : check(['limits', 'memory'], checkMemory(raw.limits.memory)),
      cpus: raw.limits?.cpus ?? null,
      pids: raw.limits?.pids ?? null,
      required: raw.limits?.required ?? null,
    },
    mode: raw.mode ?? null,
    recorded: raw.recorded === undefined ? null : recordedRun(raw.recorded),
  }
  return { source, problems }
}

function missing(raw: RawProfile): Problem[] {
  if (raw.extends !== undefined || raw.egress !== undefined) return []
  const hint = 'add `egress: []` if the server is to reach nothing'
  return [{ path: [], message: 'the profile does not say what the server may reach', hint }]
}

function twoPrograms(raw: RawProfile): Problem[] {
  const other = raw.package !== undefined ? 'package' : raw.command !== undefined ? 'command' : null
  if (raw.image === undefined || other === null) return []
  const hint = 'keep one of the two; an image has a program of its own, or the one that `entrypoint` names'
  return [{ path: ['image'], atKey: true, message: `stands beside \`${other}\``, hint }]
}

function egressOf(raw: RawProfile, problems: Problem[]): EgressRule[] {
  const seen = new Map<string, number>()
  return (raw.egress ?? []).flatMap((entry, index) => {
    const path = ['egress', index]
    const found = egressRules(entry, path, raw.inspect)
    problems.push(...found.problems)
    for (const key of found.problems.length > 0 ? [] : found.rules.flatMap(destinationKeys)) {
      const first = seen.get(key)
      const message = `is declared already, by egress[${first}]`
      if (first !== undefined)
        problems.push({ path, message: `${key} ${message}`, hint: 'remove one of the two' })
      else seen.set(key, index)
    }
    return found.rules
  })
}

function sinksOf(raw: RawProfile, problems: Problem[]): SinkRule[] {
  return (raw.sinks ?? []).map((entry, index) => {
    const found = sinkRule(entry, ['sinks', index])
    problems.push(...found.problems)
    return found.sink
  })
}

/** What makes two rules say the same: place, port and protocol. */
export function destinationKeys(rule: EgressRule): string[] {
  return rule.ports.map((port) => `${placeOf(rule)}:${port} (${rule.protocol})`)
}

export function placeOf(rule: EgressRule): string {
  if (rule.kind === 'host') return rule.host
  if (rule.kind === 'cidr') return rule.cidr
  if (rule.kind === 'host-loopback') return 'host-loopback'
  return rule.ip.includes(':') ? `[${rule.ip}]` : rule.ip
}
