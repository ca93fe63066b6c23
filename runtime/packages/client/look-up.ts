import { readFileSync } from 'node:fs'
import { readTree, type TreePackage } from '../tree.ts'
import type { NpmLibrary, Packument, VersionManifest } from './npm-library.ts'
import type { ClientAnswer, ClientPlan, FoundPackage, WantedPackage } from './plan.ts'
import { checkProvenance } from './provenance.ts'
import { type Checked, checkSignature, type Installed, type RegistryKey, registryKeys } from './signatures.ts'

/** So many at once as npm itself has it. */
const CONCURRENCY = 8

/** What the registry has on the package, asked while npm installs it. */
export interface Asked {
  readonly wanted: WantedPackage
  readonly registry: string
  readonly packument: Packument
  readonly keys: readonly RegistryKey[]
}

export async function askRegistry(
  library: NpmLibrary,
  plan: ClientPlan,
  wanted: WantedPackage,
): Promise<Asked> {
  const registry = library.fetch.pickRegistry(wanted.name, library.options)
  const path = `/${wanted.name.replace('/', '%2f')}`
  const [packument, keys] = await Promise.all([
    // A cache of its own: npm's may hold the short form, which does not say when and by whom.
    library.fetch.json(path, { ...library.options, registry, cache: plan.cache, preferOnline: true }),
    registryKeys(library, registry),
  ])
  return { wanted, registry, packument: packument as Packument, keys }
}

/** Of what is wanted: the version that npm installed, or would. Null where there is none. */
export function chosenVersion(
  library: NpmLibrary,
  plan: ClientPlan,
  { wanted, packument }: Asked,
): Installed | null {
  const tree = plan.install ? installed(plan) : []
  const root = tree.find(({ path }) => path === `node_modules/${wanted.name}`)
  if (root !== undefined) {
    return root.integrity === null ? null : { ...root, integrity: root.integrity }
  }
  if (plan.install) return null
  const pick = library.load('npm-pick-manifest') as (
    packument: Packument,
    wanted: string,
    options: unknown,
  ) => VersionManifest
  const { version = '', dist } = pick(packument, wanted.version ?? '*', library.options)
  return { name: wanted.name, version, integrity: dist?.integrity ?? '' }
}

/** Everything that is said of the versions that there are, and what of it holds. */
export async function lookUp(
  library: NpmLibrary,
  plan: ClientPlan,
  found: readonly (Asked & { readonly root: Installed })[],
): Promise<ClientAnswer> {
  const roots = found.map(({ root }) => root)
  const others = plan.install ? installed(plan).flatMap((item) => (isOther(item, roots) ? [item] : [])) : []
  const keysOf = rememberedKeys(library, found)
  const failed: { id: string; why: string }[] = []
  const check = async (item: Installed, known: Packument | null): Promise<Checked | null> => {
    const home = library.fetch.pickRegistry(item.name, library.options)
    const keys = await keysOf(home)
    if (keys.length === 0) return null
    const checked = await checkSignature(library, home, keys, item, known)
    if (checked.state === 'failed') failed.push({ id: `${item.name}@${item.version}`, why: checked.why })
    return checked
  }
  const packages: FoundPackage[] = []
  for (const { registry, packument, root } of found) {
    const manifest = packument.versions?.[root.version] ?? {}
    const own = await check(root, packument)
    const provenance = await provenanceOf(library, registry, manifest, root)
    if (provenance.state === 'failed')
      failed.push({ id: `${root.name}@${root.version}`, why: provenance.why ?? '' })
    packages.push({
      ...root,
      registry: withoutCredentials(registry),
      published: packument.time?.[root.version] ?? null,
      times: packument.time ?? {},
      user: nameOf(manifest._npmUser),
      maintainers: namesOf(manifest.maintainers ?? packument.maintainers),
      signature: own ?? { state: 'unsigned-registry' },
      provenance,
    })
  }
  const rest = await inTurn(others, CONCURRENCY, (item) => check(item, null))
  const signed = rest.filter((one) => one?.state === 'verified').length
  return { packages, signed, unsigned: rest.length - signed, failed }
}

function installed(plan: ClientPlan): readonly TreePackage[] {
  const read = readTree(readFileSync(plan.lock, 'utf8'), new Map(plan.placed.map((path) => [path, null])))
  return read.ok ? read.tree.packages : []
}

function isOther(
  item: TreePackage,
  roots: readonly Installed[],
): item is TreePackage & { integrity: string } {
  const isRoot = roots.some(({ name, version }) => item.name === name && item.version === version)
  return item.integrity !== null && item.placed !== true && !isRoot
}

/** Each registry is asked once. */
function rememberedKeys(library: NpmLibrary, asked: readonly Asked[]) {
  const known = new Map(asked.map(({ registry, keys }) => [registry, Promise.resolve(keys)]))
  return (home: string): Promise<readonly RegistryKey[]> => {
    const found = known.get(home) ?? registryKeys(library, home)
    known.set(home, found)
    return found
  }
}

async function provenanceOf(
  library: NpmLibrary,
  registry: string,
  { dist }: VersionManifest,
  root: Installed,
): Promise<FoundPackage['provenance']> {
  if (dist?.attestations === undefined) return { state: 'none' }
  try {
    // Its path alone: the registry's own is the host that may be asked.
    const { pathname } = new URL(dist.attestations.url ?? '')
    const attestations = await library.fetch.json(pathname, { ...library.options, registry })
    return checkProvenance(library, attestations, root)
  } catch (error) {
    return { state: 'unverified', why: `it could not be read: ${(error as Error).message}` }
  }
}

async function inTurn<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const at = next++
      results[at] = await work(items[at] as T)
    }
  }
  await Promise.all(Array.from({ length: limit }, worker))
  return results
}

/** A user of the registry: `{name, email}`, or `name <email>`. */
function nameOf(user: unknown): string | null {
  if (typeof user === 'string') return /^[^<\s]+/.exec(user.trim())?.[0] ?? null
  const { name } = (user ?? {}) as { name?: unknown }
  return typeof name === 'string' && name !== '' ? name : null
}

function namesOf(users: readonly unknown[] | undefined): readonly string[] {
  return Array.isArray(users) ? users.flatMap((user) => nameOf(user) ?? []).sort() : []
}

function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
