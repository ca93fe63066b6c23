import { join } from 'node:path'
import { McpRunError } from '../runtime/model/errors.ts'
import type { EgressRule } from '../runtime/model/profile.ts'
import { escapeText } from '../runtime/model/text.ts'
import { addressRules, compileRules, hostRules } from '../runtime/policy/rules.ts'
import { writeFileAtomically } from './atomic-write.ts'
import { entryBlock, entryInline } from './entry-text.ts'
import { lineDiff } from './line-diff.ts'
import { loadBuiltin, loadProfile } from './load-profile.ts'
import { parseProfile } from './parse-profile.ts'
import { PROFILE_NAME } from './patterns.ts'
import { addDestination } from './profile-edit.ts'
import { readProfileFile } from './profile-file.ts'
import { type ProfileOptions, userFile } from './profile-folders.ts'
import { destinationKeys, type ProfileSource, placeOf } from './profile-source.ts'
import { type Wanted, wantedRule } from './wanted-destination.ts'

export interface Allowance extends Wanted, Pick<ProfileOptions, 'userDir' | 'builtinDir'> {
  readonly server: string
}

export interface Allowed {
  readonly file: string
  /** The file's text; '' where there was none. */
  readonly before: string
  readonly after: string
  /** Unified, of whole lines. */
  readonly diff: string
}

/**
 * Adds one destination to the user's own file for a server: their profile, their layer over the built-in one, or
 * a new one. Comments and layout stay. Throws `usage` for what cannot be or is already declared, and
 * `profile-invalid` where the file as it stands cannot be read.
 */
export function declareDestination(allowance: Allowance): Allowed {
  const { server, userDir } = allowance
  if (!PROFILE_NAME.test(server)) {
    throw new McpRunError('usage', `${escapeText(server, 100)} is no server's name`, {
      hint: 'egress report lists them',
    })
  }
  const rule = wantedRule(allowance)
  const options = { ...allowance, cwd: userDir }
  const file = userFile(server, options) ?? join(userDir, `${server}.yaml`)
  const before = readProfileFile(file)
  const builtin = before === null ? loadBuiltin(server, options) : null
  const current = before === null ? builtin : loadProfile(server, options)
  refuseDuplicate(server, rule, current?.profile.egress ?? [])
  const after = before === null ? newFile(server, rule, builtin !== null) : edited(file, before, rule)
  writeFileAtomically(file, after)
  return { file, before: before ?? '', after, diff: lineDiff(escapeText(file), before ?? '', after) }
}

function newFile(server: string, rule: EgressRule, layer: boolean): string {
  const head = layer
    ? `# What ${server} may reach beyond its built-in profile.\nextends: ${server}\n`
    : `# What ${server} may reach.\nname: ${server}\n`
  return `${head}\negress:\n${entryBlock(rule, '  ', '\n')}`
}

/** The text counts only if it says exactly what it said before, and the new rule. */
function edited(file: string, before: string, rule: EgressRule): string {
  const after = addDestination(before, rule)
  if (after !== null && saysBoth(file, before, after, rule)) return after
  throw new McpRunError('usage', `${escapeText(file)} is laid out in a way that cannot be edited safely`, {
    hint: `add this under \`egress:\` by hand: ${entryInline(rule)}`,
  })
}

function saysBoth(file: string, before: string, after: string, rule: EgressRule): boolean {
  const was = parseProfile(before, file).source
  try {
    const is = parseProfile(after, file).source
    const wanted = [...was.egress, rule].flatMap(destinationKeys)
    const found = new Set(is.egress.flatMap(meanings))
    return (
      rest(was) === rest(is) &&
      is.egress.flatMap(destinationKeys).sort().join('\n') === wanted.sort().join('\n') &&
      was.egress.flatMap(meanings).every((meaning) => found.has(meaning))
    )
  } catch (error) {
    if (error instanceof McpRunError) return false
    throw error
  }
}

/** Port by port, since one more port may stand in the same entry afterwards. */
function meanings({ ports, ...rule }: EgressRule): string[] {
  return ports.map((port) => JSON.stringify({ ...rule, port }))
}

function rest({ egress: _, ...others }: ProfileSource): string {
  return JSON.stringify(others)
}

function refuseDuplicate(server: string, rule: EgressRule, egress: readonly EgressRule[]): void {
  const [port = 0] = rule.ports
  const covering = coveringRules(rule, egress).filter((known) => {
    return known.ports.includes(port) && known.protocol === rule.protocol
  })
  const [known] = covering
  if (known === undefined) return
  const place = `${placeOf(rule)}:${port}`
  const by = placeOf(known) === placeOf(rule) ? '' : `, by ${placeOf(known)}`
  throw new McpRunError('usage', `${server} already declares ${place}${by}`, {
    hint: `nothing to do; egress flows --server ${server} shows what happens to its connections`,
  })
}

function coveringRules(rule: EgressRule, egress: readonly EgressRule[]): readonly EgressRule[] {
  const rules = compileRules(egress)
  if (rule.kind === 'host' && !rule.host.startsWith('*.')) return hostRules(rules, rule.host)
  if (rule.kind === 'ip') return addressRules(rules, rule.ip, rule.ports[0] ?? 0)
  return egress.filter((known) => known.kind === rule.kind && placeOf(known) === placeOf(rule))
}
