import { mkdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import type { NodeRuntime } from '../model/node-runtime.ts'
import type { EgressRule } from '../model/profile.ts'
import { escapeText } from '../model/text.ts'
import { MAX_ARCHIVE_BYTES } from './archive.ts'
import { readBounded } from './bounded-file.ts'
import type { FetchPlan } from './client/plan.ts'
import { GIT_ENVIRONMENT, GIT_SCRIPT, gitFailure } from './git-script.ts'
import { type NpmrcParts, writeNpmrc } from './install-command.ts'
import type { InstallEnd, InstallRequest, InstallRun } from './install-run.ts'
import type { Origin } from './origin.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import { registryRule } from './registry.ts'
import type { Fetched } from './roots.ts'
import { redact } from './secrets.ts'
import { own, writePrivate } from './stage.ts'

export interface FetchParts extends NpmrcParts {
  readonly runtime: NodeRuntime
  readonly install: InstallRun
  /** See InstallParts. */
  readonly client: string
}

/**
 * Gets an archive, or a repository as one, in a sandbox of its own, from which nothing but its own host is reached. What
 * comes of it lies in a folder of the sandbox's: it is read as such. Rejects with `install-failed`.
 */
export async function fetchArchive(
  spec: PackageSpec,
  origin: Origin,
  at: number,
  parts: FetchParts,
): Promise<Fetched> {
  const { stage, owner } = parts
  const folder = join(stage.folder, `fetch-${at}`)
  for (const path of [folder, join(folder, 'home')]) {
    mkdirSync(path, { mode: 0o700 })
    own(path, owner)
  }
  const request =
    origin.kind === 'git' ? gitRequest(origin, folder, parts) : urlRequest(origin, folder, at, parts)
  const end = await parts.install({ ...request, label: formatPackageSpec(spec) })
  if (end.exitCode !== 0 || end.denied.length > 0) throw fetchFailure(spec, origin, end, parts)
  const path = join(folder, 'archive')
  if (origin.kind === 'url') return { path, commit: null }
  return { path, commit: await commitOf(spec, origin, folder) }
}

type Unlabelled = Omit<InstallRequest, 'label'>

function common(origin: Origin, folder: string, { access }: FetchParts) {
  return {
    write: [folder],
    home: join(folder, 'home'),
    cwd: folder,
    egress: [hostOf(origin)],
    proxy: access.proxy,
    endsWhenDenied: true,
  }
}

/** The host that the person named, at its port, and no other. */
function hostOf({ kind, address }: Origin): EgressRule {
  const rule = registryRule(address)
  if (rule === null) throw new Error('its address was read')
  return { ...rule, purpose: kind === 'git' ? 'repository of a package' : 'archive of a package' }
}

function urlRequest(origin: Origin, folder: string, at: number, parts: FetchParts): Unlabelled {
  const { stage, runtime, owner } = parts
  const { places, extraCa } = writeNpmrc(parts, `fetch-${at}-`)
  const plan: FetchPlan = {
    npmCli: runtime.npmCli,
    settings: [...places, `--cache=${join(folder, 'cache')}`],
    url: origin.address,
    to: join(folder, 'archive'),
    maxBytes: MAX_ARCHIVE_BYTES,
  }
  const [client, planFile] = [`fetch-${at}.cjs`, `fetch-${at}.json`].map((name) =>
    join(stage.config, name),
  ) as [string, string]
  writePrivate(client, readFileSync(parts.client), owner)
  writePrivate(planFile, JSON.stringify(plan), owner)
  return {
    ...common(origin, folder, parts),
    argv: [runtime.node, client, planFile],
    env: {
      HOME: join(folder, 'home'),
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      PATH: [dirname(runtime.node), '/usr/bin', '/bin'].join(delimiter),
      ...extraCa,
    },
    read: [...runtime.shows, stage.config],
  }
}

/** No credential of the user's, and nothing of their git configuration. */
function gitRequest(origin: Origin, folder: string, parts: FetchParts): Unlabelled {
  const authorities = certificates(parts)
  const file = join(folder, 'authorities.pem')
  if (authorities !== '') writePrivate(file, authorities, parts.owner)
  return {
    ...common(origin, folder, parts),
    argv: ['/bin/sh', '-c', GIT_SCRIPT, 'sh', origin.address, origin.ref ?? 'HEAD'],
    env: {
      ...GIT_ENVIRONMENT,
      HOME: join(folder, 'home'),
      ...(authorities !== '' && { GIT_SSL_CAINFO: file }),
    },
    read: [],
  }
}

/** The system's, and those that the user's npm trusts beside them; empty: git's own default. */
function certificates({ access, env }: FetchParts): string {
  const named = [access.settings.cafile, env.NODE_EXTRA_CA_CERTS].filter(
    (one) => typeof one === 'string' && one !== '',
  )
  if (named.length === 0) return ''
  return ['/etc/ssl/certs/ca-certificates.crt', ...(named as string[])].map(textOf).join('\n')
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Whatever a server says, a commit that was asked for by its digest is that one. */
async function commitOf(spec: PackageSpec, { ref }: Origin, folder: string): Promise<string> {
  const commit = (await readBounded(join(folder, 'commit'), 100)).trim()
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw failure(spec, 'git left no commit')
  const digest = ref !== null && /^[0-9a-f]{7,64}$/i.test(ref) ? ref.toLowerCase() : ''
  if (commit.startsWith(digest)) return commit
  throw failure(spec, `${ref} is not a commit of it; what is there under that name is ${commit}`)
}

function fetchFailure(
  spec: PackageSpec,
  origin: Origin,
  end: InstallEnd,
  { access }: Pick<FetchParts, 'access'>,
): McpRunError {
  const { host } = new URL(origin.address)
  if (end.denied.length > 0) return deniedFailure(spec, origin, end.denied)
  if (origin.kind === 'git') {
    const known = gitFailure(end.exitCode)
    if (known !== null) return failure(spec, known.why, known.hint)
  }
  const lines = end.stderrTail.trim().split('\n').slice(-4).join(' ')
  const said = redact(lines, [...queryParts(origin.address), ...access.secrets])
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
  if (denied.every((one) => one === named || one.startsWith(`${named} `)))
    return failure(spec, `${asked} may not be reached, though you named it`, 'the alert says why')
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

function failure(spec: PackageSpec, why: string, hint = 'try again'): McpRunError {
  const what = `${formatPackageSpec(spec)} was not fetched: ${escapeText(why, 500)}`
  return new McpRunError('install-failed', what, { hint })
}
