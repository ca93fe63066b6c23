import { mkdirSync, readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { NodeRuntime } from '../model/node-runtime.ts'
import { systemAuthorities, textsOf } from '../model/system-authorities.ts'
import { MAX_ARCHIVE_BYTES, SLOWEST } from './archive.ts'
import { readBounded } from './bounded-file.ts'
import type { FetchPlan } from './client/plan.ts'
import { failure, fetchFailure } from './fetch-failure.ts'
import { type BlocksOf, reachOf } from './fetch-reach.ts'
import { GIT_ENVIRONMENT, GIT_SCRIPT } from './git-script.ts'
import { type NpmrcParts, writeNpmrc } from './install-command.ts'
import type { InstallRequest, InstallRun } from './install-run.ts'
import type { Origin } from './origin.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import type { Fetched } from './roots.ts'
import { own, writePrivate } from './stage.ts'

export interface FetchParts extends NpmrcParts {
  readonly runtime: NodeRuntime
  readonly install: InstallRun
  /** See InstallParts. */
  readonly client: string
  readonly blocksOf: BlocksOf
}

/** A server may also send so much, and so steadily, that nobody waits for its end. */
const LIMIT_MS = 10 * 60_000

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
  if (end.exitCode !== 0 || end.denied.length > 0) {
    throw fetchFailure(spec, origin, end, { secrets: parts.access.secrets, limitMs: LIMIT_MS })
  }
  const path = join(folder, 'archive')
  if (origin.kind === 'url') return { path, commit: null }
  return { path, commit: await commitOf(spec, origin, folder) }
}

type Unlabelled = Omit<InstallRequest, 'label'>

function common(origin: Origin, folder: string, { access, blocksOf }: FetchParts) {
  return {
    write: [folder],
    home: join(folder, 'home'),
    cwd: folder,
    egress: [reachOf(origin, { settings: access.settings, blocksOf })],
    proxy: access.proxy,
    endsWhenDenied: true,
    limitMs: LIMIT_MS,
  }
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
    slowest: SLOWEST,
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
  const authorities = join(folder, 'authorities.pem')
  writePrivate(authorities, certificates(parts), parts.owner)
  return {
    ...common(origin, folder, parts),
    argv: ['/bin/sh', '-c', GIT_SCRIPT, 'sh', origin.address, origin.ref ?? 'HEAD'],
    env: {
      ...GIT_ENVIRONMENT,
      HOME: join(folder, 'home'),
      GIT_SSL_CAINFO: authorities,
    },
    read: [],
    runner: 'git',
  }
}

/** The host's own, which an image need not have, and those that the user's npm trusts beside them. */
function certificates({ access, env }: FetchParts): string {
  const named = [access.settings.cafile, env.NODE_EXTRA_CA_CERTS].filter(
    (one): one is string => typeof one === 'string' && one !== '',
  )
  return [...systemAuthorities(), ...textsOf(named)].join('\n')
}

/**
 * Git takes four digits or more for the beginning of a commit's digest, also behind `-g` as `git describe` writes it, but a
 * branch or tag of that name first, as npm does: which of them is meant is not left to whoever names branches there.
 */
const DIGEST = /^(?:(?!refs\/).+-g)?([0-9a-f]{4,64})$/i

async function commitOf(spec: PackageSpec, { ref }: Origin, folder: string): Promise<string> {
  const commit = (await readBounded(join(folder, 'commit'), 100)).trim()
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) throw failure(spec, 'git left no commit')
  const digest = DIGEST.exec(ref ?? '')?.[1] ?? ''
  if (commit.startsWith(digest.toLowerCase())) return commit
  throw failure(
    spec,
    `${ref} is not a commit of it; what is there under that name is ${commit}`,
    `a branch or tag that is called like a commit is named in full: #refs/heads/${ref}, #refs/tags/${ref}`,
  )
}
