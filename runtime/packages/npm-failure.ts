import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import type { InstallEnd } from './install-run.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import { redact } from './secrets.ts'

type Cause =
  | 'not-found'
  | 'no-version'
  | 'refused'
  | 'integrity'
  | 'unreachable'
  | 'denied'
  | 'certificate'
  | 'no-space'
  | 'platform'
  | 'not-registry'
  | 'rubbish'
  | 'other'

/** npm's codes, and Node's where npm passes them on. The first match counts. */
const CAUSES: readonly (readonly [RegExp, Cause])[] = [
  [/^E404$/, 'not-found'],
  [/^(ETARGET|ENOVERSIONS)$/, 'no-version'],
  [/^(E401|E403|ENEEDAUTH|EOTP|ERR_INVALID_AUTH|E407)$/, 'refused'],
  [/^EINTEGRITY$/, 'integrity'],
  [/^(ENOSPC|EDQUOT)$/, 'no-space'],
  [/^EBADPLATFORM$/, 'platform'],
  [/^EALLOW(GIT|REMOTE|FILE|DIRECTORY)$/, 'not-registry'],
  [/^(EJSONPARSE|TAR_BAD_ARCHIVE|Z_DATA_ERROR|Z_BUF_ERROR)$/, 'rubbish'],
  // The recorder's own alerts (see recorder/refusal-bytes.ts).
  [/ALERT_ACCESS_DENIED$/, 'denied'],
  [/ALERT_INTERNAL_ERROR$/, 'unreachable'],
  [/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ERR_TLS|ERR_SSL/, 'certificate'],
  [
    /^(ENOTFOUND|EAI_\w+|ECONN\w+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ERR_SOCKET_TIMEOUT)$/,
    'unreachable',
  ],
  [
    /^(ERR_STREAM_PREMATURE_CLOSE|FETCH_ERROR|EIDLETIMEOUT|ERESPONSETIMEOUT|ETRANSFERTIMEOUT|ECONNECTIONTIMEOUT)$/,
    'unreachable',
  ],
  [/^E5\d\d$/, 'unreachable'],
]

const WHAT: Readonly<Record<Cause, string>> = {
  'not-found': 'the registry does not have it',
  'no-version': 'the registry has no such version of it, or of something that it needs',
  refused: 'the registry refused the credentials of your npm configuration',
  integrity: 'a tarball is not what the registry itself says it should be',
  unreachable: 'the registry could not be reached',
  denied: 'it asked for a host that is none of the registries of your npm configuration',
  certificate: "the registry's certificate is not trusted",
  'no-space': 'the disk is full',
  platform: 'it is not made for this platform',
  'not-registry': 'it depends on something outside the registry (git, a URL or a folder)',
  rubbish: 'what the registry answered cannot be used',
  other: 'npm could not install it',
}

const HINT: Readonly<Record<Cause, string>> = {
  'not-found': 'check the name; a private package needs its registry and token in ~/.npmrc',
  'no-version': 'npm view NAME versions lists what there is',
  refused: 'npm whoami tells whether npm can log in; tokens are taken from ~/.npmrc',
  integrity: 'it was damaged or replaced on the way: try again, and if it stays, do not run it',
  unreachable: 'npm ping tells whether it answers; egress flows tells what became of each connection',
  denied:
    'egress flows tells which; where it is the registry that names it, replace-registry-host=always in ~/.npmrc helps',
  certificate: "name your company's CA in ~/.npmrc (cafile=…) or in NODE_EXTRA_CA_CERTS",
  'no-space': 'free space in the store (~/.mcp-run, or --store) and try again',
  platform: 'look for a version of it that names this platform',
  'not-registry': 'install it yourself where you trust it, and run it by its command, after --',
  rubbish: 'npm config get registry names what was asked; it may be a login page instead of a registry',
  other: 'the same with npm itself, to compare: npm install --ignore-scripts NAME in an empty folder',
}

/** What to tell a person when npm ended badly. Nothing of it holds a credential or a control character. */
export function npmFailure(
  spec: PackageSpec,
  end: InstallEnd,
  access: { readonly secrets: readonly string[] },
): McpRunError {
  const { code, lines } = readNpmErrors(end.stderrTail)
  const cause = causeOf(code, lines)
  const said = escapeText(redact(lines.join(' '), access.secrets), 400)
  const ended =
    end.signal === null ? `npm ended with exit code ${end.exitCode}` : `npm was ended by ${end.signal}`
  const detail = said === '' ? ended : `npm says${code === null ? '' : ` ${escapeText(code, 40)}`}: ${said}`
  return new McpRunError(
    'install-failed',
    `${formatPackageSpec(spec)} was not installed: ${WHAT[cause]} (${detail})`,
    { hint: HINT[cause] },
  )
}

/** `npm error …` lines (`npm ERR! …` before version 10), without code, log file and advice for npm's own use. */
function readNpmErrors(stderr: string): { code: string | null; lines: string[] } {
  const errors = stderr.split(/\r?\n/).flatMap((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line)?.[1] ?? [])
  const code = errors.flatMap((line) => /^code (\S+)/.exec(line)?.[1] ?? [])[0] ?? null
  const noise = /^(code|errno|syscall|A complete log|Log files were not|\s*$)|debug-\d+\.log|^404\s*$/
  const lines = errors
    .filter((line) => !noise.test(line))
    .map((line) => line.replace(/^(404|network)\s+/, ''))
  return { code, lines: [...new Set(lines)].slice(0, 6) }
}

function causeOf(code: string | null, lines: readonly string[]): Cause {
  const text = lines.join(' ')
  // FETCH_ERROR stands for several things, and some failures have no code.
  if (/invalid json|Unexpected token|not valid JSON/i.test(text)) return 'rubbish'
  const known = CAUSES.find(([pattern]) => code !== null && pattern.test(code))
  if (known !== undefined) return known[1]
  return /socket hang up|network|timed? ?out/i.test(text) ? 'unreachable' : 'other'
}
