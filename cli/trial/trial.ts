import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadProfile } from '../../profiles/load.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import { endQuietlyWithReader, print } from '../egress/output.ts'
import { ownPaths } from '../paths.ts'
import { profileOptions } from '../profile-options.ts'
import { day } from '../run/read-only.ts'
import { readTrial, type Trial, trialState, writeTrial } from '../run/trial-record.ts'
import { type Refused, refusedSince } from './refused.ts'

const HINT = 'mcp-run trial [--profile NAME|FILE], or mcp-run trial end --profile NAME|FILE'
const MAX_LINES = 50

/** `mcp-run trial`: which trials there are, and what each refused; `trial end` ends one. Returns the exit code. */
export async function trial(words: readonly string[]): Promise<number> {
  const { end, profile, store } = parse(words)
  endQuietlyWithReader()
  const now = Date.now()
  if (profile === null) {
    const names = namesIn(store)
    if (names.length === 0) await print('No trials: mcp-run --profile NAME --trial 7d begins one.\n')
    for (const name of names) await print(`${stateText(name, kept(store, name), now)}\n`)
    return 0
  }
  const name = nameOf(store, profile)
  const found = kept(store, name)
  await print(`${stateText(name, found, now)}\n`)
  const begun = found === 'unreadable' ? 0 : found.begun
  await print(listText(refusedSince(store, name, begun, now)))
  if (!end) return 0
  const ended =
    found === 'unreadable' ? { begun: now, until: now, seen: now, over: true, ended: null } : found
  if (ended.ended !== null) return 0
  writeTrial(store, name, { ...ended, ended: now })
  await print(
    `Ended: from its next start on ${escapeText(name)} is not read-only. mcp-run --read-only makes it so again.\n`,
  )
  return 0
}

function parse(words: readonly string[]): { end: boolean; profile: string | null; store: string } {
  const options = { profile: { type: 'string' }, store: { type: 'string' } } as const
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>
  try {
    parsed = parseArgs({ args: [...words], options, strict: true, allowPositionals: true })
  } catch (error) {
    throw usage(error instanceof Error ? (error.message.split('. ')[0] ?? '') : String(error))
  }
  const { values, positionals } = parsed
  const [word, ...others] = positionals
  if (others.length > 0 || (word !== undefined && word !== 'end'))
    throw usage(`mcp-run trial does not take ${positionals.join(' ')}`)
  if (word === 'end' && values.profile === undefined) throw usage('which trial is to end?')
  return { end: word === 'end', profile: values.profile ?? null, store: storeFolder(values.store) }
}

function usage(message: string): McpRunError {
  return new McpRunError('usage', message, { hint: HINT })
}

/** A trial goes by the server's name, which a profile's file says. */
function nameOf(store: string, reference: string): string {
  if (readTrial(store, reference) !== null) return reference
  return loadProfile(reference, profileOptions(ownPaths(), store)).profile.name
}

function kept(store: string, name: string): Trial | 'unreadable' {
  const found = readTrial(store, name)
  if (found !== null) return found
  const hint = `mcp-run --profile ${name} --trial 7d begins one`
  throw new McpRunError('usage', `there is no trial of ${name}`, { hint })
}

function namesIn(store: string): readonly string[] {
  try {
    const files = readdirSync(join(store, 'trials')).filter((file) => file.endsWith('.json'))
    return files.map((file) => decodeURIComponent(file.slice(0, -'.json'.length))).sort()
  } catch {
    return []
  }
}

function stateText(name: string, found: Trial | 'unreadable', now: number): string {
  const shown = escapeText(name, 100)
  if (found === 'unreadable') return `${shown}: read-only; its trial cannot be read`
  const { begun, until, ended } = found
  const state = trialState(found, now)
  if (state === 'ended') return `${shown}: the trial since ${day(begun)} was ended on ${day(ended ?? now)}`
  const when = state === 'over' ? `was to end on ${day(until)}, and is over` : `ends on ${day(until)}`
  return `${shown}: read-only; the trial since ${day(begun)} ${when}`
}

function listText(refused: readonly Refused[]): string {
  if (refused.length === 0) return 'Nothing was refused since.\n'
  const lines = refused.slice(0, MAX_LINES).map(({ kind, what, tool, count, last }) => {
    const by = tool === null ? '' : `, for ${escapeText(tool, 64)}`
    return `  ${kind} ${escapeText(what, 300)}${by}: ${count}, last on ${day(last)}\n`
  })
  const rest = refused.length - lines.length
  return `Refused since:\n${lines.join('')}${rest > 0 ? `  and ${rest} more: egress requests --server NAME\n` : ''}`
}
