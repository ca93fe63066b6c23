import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { canonical } from '../../runtime/model/canonical-json.ts'
import { EXIT, McpRunError } from '../../runtime/model/errors.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { chooseServers } from '../../runtime/store/read/servers.ts'
import { readVersions, type VersionRecord } from '../../runtime/store/read/versions.ts'
import { compareAttestations, type Difference, parseAttestation } from './attest-compare.ts'
import { type Attestation, attest } from './attestation.ts'
import type { CommonOptions } from './common-options.ts'
import { print } from './output.ts'
import { readHistories } from './read-histories.ts'
import { safeJson } from './safe-json.ts'

export interface AttestCommand extends CommonOptions {
  /** `NAME@VERSION`, or an image's reference; may be left out where a file to compare with names it. */
  readonly what?: string
  readonly server?: string
  readonly output?: string
  readonly compare?: string
  readonly format: 'table' | 'json'
}

const MAX_FILE = 16 * 1024 * 1024

/** `egress attest`: what a version did, as a file; or how that differs from another team's. */
export async function attestVersion(options: AttestCommand): Promise<number> {
  const { output, compare } = options
  const there = compare === undefined ? null : parseAttestation(readBounded(compare), compare)
  const label = options.what ?? (there && labelOf(there))
  if (label === null) {
    throw new McpRunError('usage', 'which version is to be attested?', { hint: 'egress attest NAME@VERSION' })
  }
  const { here, code } = attestationOf(label, options)
  if (there !== null) return (await tellDifferences(here, there, options.format)) ? EXIT.differs : code
  const text = `${safeJson(canonical(here), 2)}\n`
  if (output === undefined) await print(text)
  else writeFileSync(output, text)
  return code
}

function attestationOf(
  label: string,
  { store, now, server }: AttestCommand,
): { here: Attestation; code: number } {
  const found: VersionRecord[] = []
  const code = readHistories(chooseServers(store, server), now, ({ db }) => {
    found.push(...readVersions(db).filter((version) => version.label === label))
  })
  found.sort((a, b) => b.lastSeen - a.lastSeen)
  const [latest] = found
  if (latest === undefined) {
    throw new McpRunError('usage', `no session of ${escapeText(label, 200)} is recorded`, {
      hint: 'egress drift',
    })
  }
  const same = found.filter(({ integrity }) => integrity === latest.integrity)
  if (same.length < found.length) {
    process.stderr.write(
      `egress: ${escapeText(label, 200)} is recorded with several contents: this is the latest, ${latest.integrity ?? 'without integrity'}\n`,
    )
  }
  return { here: attest(label, same), code }
}

/** Whether there are any. */
async function tellDifferences(
  here: Attestation,
  there: Attestation,
  format: 'table' | 'json',
): Promise<boolean> {
  const differences = compareAttestations(here, there)
  if (format === 'json') await print(`${safeJson({ differences }, 2)}\n`)
  else if (differences.length === 0) {
    await print(`The same, in ${here.sessions} sessions here and ${Number(there.sessions)} there.\n`)
  } else await print(differences.map((one) => `${lineOf(one)}\n`).join(''))
  return differences.length > 0
}

function lineOf({ side, what, name }: Difference): string {
  return `only ${side}: ${what} ${escapeText(name, 400)}`
}

function labelOf({ name, version }: Attestation): string {
  return version === null ? name : `${name}@${version}`
}

function readBounded(file: string): string {
  try {
    if (statSync(file).size > MAX_FILE) throw new Error('it is larger than 16 MiB')
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new McpRunError('usage', `${escapeText(file)} cannot be read: ${escapeText(why, 200)}`, { cause })
  }
}
