/** A package that is found where another's dependency is looked for, because it was named beside that other one. */
export interface StandIn {
  /** `name@version` of what depends on it. */
  readonly of: string
  /** The dependency's name. */
  readonly name: string
  /** What is found there: `name@version`, by what its package.json says. */
  readonly is: string
  /** A person named that very package of the registry. */
  readonly named: boolean
}

export interface NamedFolder {
  /** `node_modules/…` */
  readonly path: string
  /** It was named by its place: what it is called is its own word. */
  readonly placed: boolean
}

interface Entry {
  readonly name: string
  readonly version: string
  /** What is asked for, by the dependency's name. */
  readonly edges: ReadonlyMap<string, string>
}

/**
 * npm has one package of a name at the top, and takes it for every dependency of that name whose range its version meets,
 * wherever it is from. So of packages that were installed beside one another, one may stand in the other's way: by its own
 * name, or with a dependency that bears another's (`npm:other@1`). `lock`: npm's list of what it installed.
 */
export function findStandIns(lock: string, roots: readonly NamedFolder[]): readonly StandIn[] {
  if (roots.length < 2) return []
  const entries = entriesOf(lock)
  const found = new Map<string, StandIn>()
  for (const root of roots) {
    const others = roots.filter(({ path }) => path !== root.path)
    for (const standIn of standInsOf(root.path, others, entries))
      found.set(`${standIn.name} ${standIn.is}`, standIn)
  }
  return [...found.values()]
}

function standInsOf(
  root: string,
  others: readonly NamedFolder[],
  entries: ReadonlyMap<string, Entry>,
): readonly StandIn[] {
  const found: StandIn[] = []
  const renamed: { readonly path: string; readonly standIn: StandIn }[] = []
  const aliases = new Set<string>()
  const reached = new Set([root])
  for (const path of reached) {
    const entry = entries.get(path)
    for (const [name, wanted] of entry?.edges ?? []) {
      const to = resolve(path, name, entries)
      const target = to === null ? undefined : entries.get(to)
      if (entry === undefined || to === null || target === undefined) continue
      const [of, is] = [entry, target].map((one) => `${one.name}@${one.version}`) as [string, string]
      const other = others.find((one) => one.path === to)
      if (other !== undefined) {
        found.push({ of, name, is, named: !other.placed })
        continue
      }
      if (wanted.startsWith('npm:')) aliases.add(to)
      else if (target.name !== name) renamed.push({ path: to, standIn: { of, name, is, named: false } })
      reached.add(to)
    }
  }
  // Where something of its own calls it so, it would be there without the others as well.
  return [...found, ...renamed.flatMap(({ path, standIn }) => (aliases.has(path) ? [] : [standIn]))]
}

/** As node looks for it, from the folder outwards. */
function resolve(from: string, name: string, entries: ReadonlyMap<string, Entry>): string | null {
  for (let folder = from; folder !== ''; ) {
    const path = `${folder}/node_modules/${name}`
    if (entries.has(path)) return path
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))
  }
  const top = `node_modules/${name}`
  return entries.has(top) ? top : null
}

const KINDS = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const

/** Of a list that was read before, as whatever it is. */
function entriesOf(lock: string): ReadonlyMap<string, Entry> {
  const { packages } = JSON.parse(lock) as { readonly packages: Readonly<Record<string, unknown>> }
  return new Map(
    Object.entries(packages).map(([path, value]) => {
      const entry = record(value)
      const edges = KINDS.flatMap((kind) =>
        Object.entries(record(entry[kind])).map(([name, wanted]) => [name, String(wanted)] as const),
      )
      const name =
        typeof entry.name === 'string' ? entry.name : path.slice(path.lastIndexOf('node_modules/') + 13)
      return [path, { name, version: String(entry.version), edges: new Map(edges) }]
    }),
  )
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
