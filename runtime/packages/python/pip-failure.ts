import { McpRunError } from '../../model/errors.ts'
import { escapeText } from '../../model/text.ts'
import type { InstallEnd } from '../install-run.ts'
import { redact } from '../secrets.ts'
import { type PythonRequest, requestText } from './requirement.ts'

/** The first match counts: what happened, and what helps. */
const CAUSES: readonly (readonly [RegExp, string, string])[] = [
  [
    /No space left|Disk quota/i,
    'there is no space left for it',
    'free space in the store (~/.mcp-run, or --store) and try again',
  ],
  [
    /DO NOT MATCH THE HASHES|BadZipFile|invalid wheel/i,
    'what the index sent is not what it should be',
    'it was damaged or replaced on the way: try again, and if it stays, do not run it',
  ],
  [
    /certificate verify failed|SSLError|SSLCertVerification/i,
    "the index's certificate is not trusted",
    "name your company's CA in pip.conf (cert = …) or in SSL_CERT_FILE",
  ],
  [
    /connection broken by|Failed to establish|Connection refused|timed out|Name or service|reset by peer|\b50[0234] (Server )?Error|ConnectionError|too many 50\d/i,
    'the index could not be reached',
    'egress flows tells what became of each connection',
  ],
  [
    /\b40[13] (Client )?Error|Credentials not correct/i,
    'the index refused the credentials of your configuration',
    'they are taken from the index’s URL in pip.conf, uv.toml or the variables',
  ],
  [
    /Requires-Python|requires a different python/i,
    'no version of it is for this Python',
    'uvx --python VERSION takes another, where your distribution has it; or name an older version of the package',
  ],
  [
    /ResolutionImpossible|conflicting dependencies/i,
    'what it needs cannot be had together',
    'pip’s words name the packages that disagree; another version may help',
  ],
]

const NO_PIP = 3

/** What to tell a person when an installation ended badly. Nothing of it holds a credential or a control character. */
export function pipFailure(
  request: PythonRequest,
  end: InstallEnd,
  { log, secrets }: { readonly log: string; readonly secrets: readonly string[] },
): McpRunError {
  const failed = (why: string, hint: string) =>
    new McpRunError('install-failed', `${requestText(request)} was not installed: ${why}`, { hint })
  // What pip says of an index that fails is in its log alone.
  const fetches = log.split('\n').filter((line) => line.includes('Could not fetch URL'))
  const output = [...fetches.slice(-10), end.stdoutTail, end.stderrTail].join('\n')
  if (end.denied.length > 0) {
    const asked = escapeText(end.denied.slice(0, 5).join(', '), 400)
    const by = /(Building wheel for|metadata for|Preparing|setup\.py|subprocess-exited)/.test(output)
      ? ` while ${escapeText(underWay(output) ?? request.package.name, 100)} was built`
      : ''
    return failed(
      `${asked} was asked for${by}, which is none of your index`,
      by === ''
        ? 'egress flows tells which; an index that keeps its files elsewhere needs that host as an index too'
        : 'do not allow it again; if it is meant to fetch from there, install it where you trust it',
    )
  }
  const errors = output.split('\n').flatMap((line) => /^\s*ERROR:?\s+(.*)$/.exec(line)?.[1] ?? [])
  const text = escapeText(redact(errors.slice(0, 4).join(' '), secrets), 500)
  const how = end.signal === null ? `exit code ${end.exitCode}` : end.signal
  const said = text === '' ? ` (pip ended: ${how})` : ` (pip says: ${text})`
  if (end.exitCode === NO_PIP || /ensurepip is not available/.test(output)) {
    return failed(
      'this Python has no pip to install with',
      'apt-get install python3-venv, or what your distribution calls it',
    )
  }
  const known = CAUSES.find(([pattern]) => pattern.test(output))
  if (known !== undefined) return failed(known[1] + said, known[2])
  const missing = /No matching distribution found for ([^\s]+)/.exec(output)?.[1]
  if (missing !== undefined) {
    const name = escapeText(missing, 100)
    return failed(
      `the index has no ${name} for this Python that can be installed without running its code${said}`,
      `check the name; one that is there as source alone is built, in the sandbox, with --allow-scripts ${name.replace(/[^\w.-].*$/, '')}`,
    )
  }
  if (/subprocess-exited-with-error|Failed building wheel/.test(output)) {
    return failed(
      `the build of ${escapeText(underWay(output) ?? request.package.name, 100)} failed${said}`,
      'it may need a compiler, or files from the network, which a build does not get; look for a version with a wheel',
    )
  }
  return failed(`pip failed${said}`, `the same with pip itself, to compare, in an empty environment`)
}

/** The package that pip was at last. */
function underWay(output: string): string | null {
  const at = [
    ...output.matchAll(/^\s*(?:Collecting|Building wheel for|Running setup\.py install for) ([\w.-]+)/gm),
  ]
  return at.at(-1)?.[1] ?? null
}
