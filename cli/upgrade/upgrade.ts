import { createInterface } from 'node:readline/promises'
import type { McpRunError } from '../../runtime/model/errors.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { upgradePinned } from '../../runtime/packages/ensure-package.ts'
import type { Proposal, UpgradeEnd } from '../../runtime/packages/upgrade-package.ts'
import { coloursFor } from '../egress/colours.ts'
import { endQuietlyWithReader, print } from '../egress/output.ts'
import { safeJson } from '../egress/safe-json.ts'
import { type Prepared, prepare } from '../pin/prepare.ts'
import { parseUpgradeArguments, type UpgradeArguments } from './arguments.ts'
import { differenceJson } from './difference-json.ts'
import { differenceText } from './difference-text.ts'
import { nameVersion } from './name-version.ts'

/** What differs was shown, and the pin is as it was. Other codes: those that all of mcp-run has. */
const EXIT_NOT_TAKEN = 1

/** `mcp-run upgrade`. Returns the exit code. */
export async function upgrade(words: readonly string[]): Promise<number> {
  const args = parseUpgradeArguments(words)
  endQuietlyWithReader()
  const prepared = await prepare(args.run)
  const shown: object[] = []
  const decide = async (proposal: Proposal): Promise<boolean> => {
    const { compareCode } = await import('../../runtime/code/compare.ts')
    const code = await compareCode(proposal.pairs)
    if (args.json) shown.push(differenceJson(proposal, code))
    else await print(differenceText(proposal, code, coloursFor(process.stdout, process.env)))
    return proposal.refusal === null && accepts(args, proposal)
  }
  const json = (end: object) => print(`${safeJson(Object.assign({}, ...shown, end), 2)}\n`)
  try {
    const end = await upgradePinned(prepared.options, { version: args.version, decide })
    prepared.confirm()
    const result = await finished(args, prepared, end)
    if (args.json) await json(result)
    else await print(result.text.map((line) => `${escapeText(line, 1000)}\n`).join(''))
    return end.state === 'declined' ? EXIT_NOT_TAKEN : 0
  } catch (error) {
    if (args.json && shown.length > 0) await json({ state: 'refused', refusal: refusalOf(error) })
    throw error
  }
}

async function accepts(
  { yes, dryRun, json }: UpgradeArguments,
  { before, after }: Proposal,
): Promise<boolean> {
  if (yes || dryRun || json) return yes
  const { stdin: input, stderr: output } = process
  if (!input.isTTY || !output.isTTY) return false
  const lines = createInterface({ input, output })
  const asked = new Promise<string>((resolve) => {
    lines.on('close', () => resolve(''))
    const what = escapeText(`${after.name}@${after.version} in the place of ${before.version}`, 300)
    lines.question(`Take ${what}? [y/N] `).then(resolve, () => resolve(''))
  })
  const answer = await asked
  lines.close()
  return /^y(?:es)?$/i.test(answer.trim())
}

interface Result {
  readonly state: UpgradeEnd['state']
  /** What is pinned now. */
  readonly version: string
  /** The profile that was changed to name it. */
  readonly profileFile: string | null
  readonly text: readonly string[]
}

async function finished({ yes }: UpgradeArguments, prepared: Prepared, end: UpgradeEnd): Promise<Result> {
  switch (end.state) {
    case 'current': {
      const { name, version } = end.pin
      const text = [`${name}@${version} is what there is, and what is pinned`]
      return { state: end.state, version, profileFile: null, text }
    }
    case 'declined': {
      const { name, version } = end.before
      const how = yes ? [] : ['--yes takes what was shown']
      return {
        ...{ state: end.state, version, profileFile: null },
        text: [[`${name}@${version} stays as it is pinned`, ...how].join('; ')],
      }
    }
    case 'accepted': {
      const { name, version } = end.pin
      const { file, diff, advice } = nameVersion(end.pin, prepared)
      return {
        ...{ state: end.state, version, profileFile: file },
        text: [...diff.split('\n').filter((line) => line !== ''), `${name}@${version} is pinned: ${advice}`],
      }
    }
  }
}

function refusalOf(error: unknown): { message: string; hint: string | null } {
  const { message, hint } = error as Partial<McpRunError>
  return { message: message ?? String(error), hint: hint ?? null }
}
