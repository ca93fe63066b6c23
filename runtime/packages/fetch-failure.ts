import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { gitFailure } from './git-script.ts'
import type { InstallEnd } from './install-run.ts'
import type { Origin } from './origin.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import { redact } from './secrets.ts'

/** Why an archive or a repository was not had, from what its sandbox left. */
export function fetchFailure(
  spec: PackageSpec,
  origin: Origin,
  end: InstallEnd,
  { secrets, limitMs }: { readonly secrets: readonly string[]; readonly limitMs: number },
): McpRunError {
  const { host } = new URL(origin.address)
  if (end.denied.length > 0) return deniedFailure(spec, origin, end.denied)
  if (end.timedOut) {
    const [what, other] =
      origin.kind === 'git' ? ['clone it', 'its folder, built'] : ['download it', 'the file']
    return failure(
      spec,
      `${host}: it had not come after ${limitMs / 60_000} minutes`,
      `${what} by other means, and name ${other}`,
    )
  }
  if (origin.kind === 'git') {
    const known = gitFailure(end.exitCode)
    if (known !== null) return failure(spec, known.why, known.hint)
  }
  const lines = end.stderrTail.trim().split('\n').slice(-4).join(' ')
  const said = redact(lines, [...queryParts(origin.address), ...secrets])
  const ended = end.signal === null ? `exit code ${end.exitCode}` : end.signal
  return failure(
    spec,
    `${host}: ${said === '' ? ended : said}`,
    'egress flows tells what became of each connection',
  )
}

/** Where the named host is what was refused, its address is why, or its port is another. */
function deniedFailure(spec: PackageSpec, { address }: Origin, denied: readonly string[]): McpRunError {
  const { hostname, port, protocol } = new URL(address)
  const named = `${hostname}:${port || (protocol === 'http:' ? 80 : 443)}`
  const asked = escapeText(denied.slice(0, 5).join(', '), 400)
  if (denied.every((one) => one === named || one.startsWith(`${named} `))) {
    return failure(
      spec,
      `${asked} may not be reached, though you named it`,
      `the alert says why; one of your own network is declared by \`host: ${hostname}\` with \`resolves\` in the profile, or is a host of your ~/.npmrc`,
    )
  }
  return failure(
    spec,
    `${asked} was asked for, and only ${named}, which you named, may be reached`,
    'where it is named by an address that leads to another host or port, name the address there',
  )
}

/** A query as it stands in messages, the whole of it first: any of it may be a key. */
function queryParts(address: string): readonly string[] {
  const { search, searchParams } = new URL(address)
  const written = search.slice(1)
  const values = written.split('&').map((pair) => pair.slice(pair.indexOf('=') + 1))
  return [written, ...values, ...searchParams.values()].filter((one) => one.length > 3)
}

export function failure(spec: PackageSpec, why: string, hint = 'try again'): McpRunError {
  const what = `${formatPackageSpec(spec)} was not fetched: ${escapeText(why, 500)}`
  return new McpRunError('install-failed', what, { hint })
}
