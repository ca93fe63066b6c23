import { listProfiles, loadProfile, type ProfileOptions } from '../../profiles/load.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { LoadedProfile, RecordedRun } from '../../runtime/model/profile.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { print } from '../egress/output.ts'
import { type Comparison, compareRuns } from './compare.ts'
import { type RunAgainOptions, runAgain } from './run-again.ts'

/** Beside those that all of mcp-run has. */
const EXIT_CHANGED = 1
/** As a shell gives it. */
const EXIT_INTERRUPTED = 130

export type CheckOptions = Omit<RunAgainOptions, 'signal'> & { readonly names: readonly string[] }

interface Recorded {
  readonly loaded: LoadedProfile
  readonly recorded: RecordedRun
}

/** `mcp-run profiles check`: runs servers again as they were recorded. Returns 0 when all is the same, else 1. */
export async function check(
  options: ProfileOptions,
  { names, sandbox, waitMs }: CheckOptions,
): Promise<number> {
  const chosen = names.length > 0 ? names.map((name) => named(name, options)) : all(options)
  const { signal } = interruption()
  const counts = { same: 0, changed: 0, 'not-run': 0 }
  for (const { loaded, recorded } of chosen) {
    const again = await runAgain(loaded, recorded, { sandbox, waitMs, signal })
    if (signal.aborted) return EXIT_INTERRUPTED
    const comparison = compareRuns(recorded, again, loaded.profile.note)
    counts[comparison.kind] += 1
    await print(
      `${lines(loaded, recorded, comparison)
        .map((line) => escapeText(line, 1000))
        .join('\n')}\n`,
    )
  }
  await print(`${counts.same} the same, ${counts.changed} changed, ${counts['not-run']} not run\n`)
  return counts.changed > 0 ? EXIT_CHANGED : 0
}

/** So that the folder of the run under way is not left behind. */
function interruption(): AbortController {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => controller.abort())
  return controller
}

function named(name: string, options: ProfileOptions): Recorded {
  const loaded = loadProfile(name, options)
  if (loaded.recorded !== null) return { loaded, recorded: loaded.recorded }
  throw new McpRunError('usage', `the profile ${escapeText(name, 100)} holds no recorded run`, {
    hint: 'docs/profiles.md: The recorded run',
  })
}

/** Those that hold a recorded run. One that cannot be read is an error: it may be the one that changed. */
function all(options: ProfileOptions): readonly Recorded[] {
  return listProfiles(options).flatMap(({ loaded, problem }) => {
    if (loaded === null) throw new McpRunError('profile-invalid', problem ?? '')
    return loaded.recorded === null ? [] : [{ loaded, recorded: loaded.recorded }]
  })
}

function lines({ profile }: LoadedProfile, recorded: RecordedRun, comparison: Comparison): readonly string[] {
  const since = `${recorded.date}, ${recorded.version}`
  if (comparison.kind === 'same') {
    const hosts = recorded.hosts.length === 0 ? 'no host' : recorded.hosts.join(', ')
    return [`${profile.name}: the same as recorded (${since}): ${hosts}`]
  }
  if (comparison.kind === 'not-run') return [`${profile.name}: not run: ${comparison.why}`]
  return [
    `${profile.name}: changed since it was recorded (${since})`,
    ...comparison.changes.map((one) => `  ${one}`),
  ]
}
