/** An image as its registry knows it (the grammar of distribution/reference, and what Docker leaves out). */
export interface ImageName {
  /** Host, and port where one is written; `docker.io` where none is named. */
  readonly registry: string
  /** Path in the registry: `library/node`, `mcp/filesystem`. */
  readonly repository: string
  /** `latest` where neither a tag nor a digest is written; null beside a digest that stands alone. */
  readonly tag: string | null
  /** `sha256:…`. */
  readonly digest: string | null
}

export type ParsedImage =
  | { readonly ok: true; readonly image: ImageName }
  /** `flaw`: the end of a sentence. */
  | { readonly ok: false; readonly flaw: string }

const DOCKER_HUB = 'docker.io'
const MAX_NAME = 255
const PATH = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const REGISTRY =
  /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:]+\])(?::\d+)?$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/
/** The engine takes these for an image's number, which is no name. */
const ID = /^(?:sha256:)?[0-9a-f]{64}$/

/** `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`. */
export function parseImageName(text: string): ParsedImage {
  if (text.includes('://')) return { ok: false, flaw: 'it is a URL' }
  if (ID.test(text)) return { ok: false, flaw: "it is an image's number, not its name" }
  const [reference = '', digest = null, ...more] = text.split('@')
  if (more.length > 0 || (digest !== null && !DIGEST.test(digest)))
    return { ok: false, flaw: 'what follows the @ is no digest' }
  const colon = reference.lastIndexOf(':')
  const tagged = colon > reference.lastIndexOf('/')
  const tag = tagged ? reference.slice(colon + 1) : null
  if (tag !== null && !TAG.test(tag)) return { ok: false, flaw: 'what follows the last colon is no tag' }
  const name = tagged ? reference.slice(0, colon) : reference
  const { registry, path } = splitRegistry(name)
  const repository = registry === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path
  if (Math.max(registry.length, repository.length) > MAX_NAME)
    return { ok: false, flaw: `its name is longer than ${MAX_NAME} characters` }
  if (/[A-Z]/.test(path)) return { ok: false, flaw: 'its name has capital letters' }
  if (!PATH.test(path) || !REGISTRY.test(registry)) return { ok: false, flaw: 'its name has no such form' }
  return {
    ok: true,
    image: { registry, repository, tag: tag ?? (digest === null ? 'latest' : null), digest },
  }
}

/** Docker's rule: what stands before the first slash is a host if it could not be the name of a person. */
function splitRegistry(name: string): { registry: string; path: string } {
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash).toLowerCase()
  if (!/[.:]/.test(first) && first !== 'localhost') return { registry: DOCKER_HUB, path: name }
  return { registry: first === 'index.docker.io' ? DOCKER_HUB : first, path: name.slice(slash + 1) }
}

/** In full, nothing left out: equal images have equal texts. */
export function formatImageName({ registry, repository, tag, digest }: ImageName): string {
  return `${registry}/${repository}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}

/** Without tag and digest, and without what Docker leaves out: `node`, `mcp/filesystem`, `ghcr.io/owner/server`. */
export function shortImageName({ registry, repository }: ImageName): string {
  return registry === DOCKER_HUB ? repository.replace(/^library\//, '') : `${registry}/${repository}`
}

/** Whether two texts name images of one repository, whatever their tags; false where either is no image. */
export function sameRepository(left: string, right: string): boolean {
  const [one, other] = [parseImageName(left), parseImageName(right)]
  return one.ok && other.ok && shortImageName(one.image) === shortImageName(other.image)
}
