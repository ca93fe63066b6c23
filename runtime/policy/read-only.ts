import type { EgressRule, RequestRule } from '../model/profile.ts'

/** Methods that change nothing (RFC 9110, 9.2.1). TRACE is one, and of no use to a server. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

type HostRule = Extract<EgressRule, { kind: 'host' }>

/**
 * What a read-only session declares: hosts whose requests can be read are read, and safe methods and what the profile
 * calls reads are all that is declared of them. The rest stays as it is, so that it is refused by its reason.
 */
export function readOnlyEgress(egress: readonly EgressRule[]): readonly EgressRule[] {
  return egress.map((rule) => (isReadable(rule) ? onlyReading(rule) : rule))
}

/** Others are of no use to a session that may only read: what goes there cannot be told from writing. */
export function isReadable(rule: EgressRule): rule is HostRule {
  return rule.kind === 'host' && (rule.protocol === 'tls' || rule.protocol === 'http')
}

/** What is left of a readable rule, beside its `reads`; of one that is left of another, the same. */
export function onlyReading(rule: HostRule): HostRule {
  const declared = rule.requests ?? [{ methods: [], paths: ['/**'] }]
  return { ...rule, inspect: 'required', requests: declared.flatMap(safePart) }
}

/** What of a declared request only reads; nothing where it names other methods alone. */
function safePart({ methods, paths }: RequestRule): readonly RequestRule[] {
  const safe = methods.length === 0 ? SAFE_METHODS : methods.filter(isSafe)
  return safe.length === 0 ? [] : [{ methods: safe, paths }]
}

export function isSafe(method: string): boolean {
  return SAFE_METHODS.includes(method)
}

/** What a request says beside its method and path that a destination may act on. */
export interface ReadFacts {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly bodyBytes: number | null
  readonly switches: boolean
}

/** Whether a request that is declared a read can be taken for nothing else. */
export function readsBeyondDoubt({ method, target, headers, bodyBytes, switches }: ReadFacts): boolean {
  // What follows a switch of protocols is nobody's request.
  if (switches || headers.some(([name]) => overrides(name)) || overridesInQuery(target)) return false
  // A body has no meaning here (RFC 9110, 9.3.1), and some act on one all the same.
  return !isSafe(method) || (bodyBytes !== null && bodyBytes <= MAX_NO_BODY)
}

/** Some clients write `null` or `{}` for a body that is none. */
const MAX_NO_BODY = 4

/** Fields by which gateways and frameworks take another path for the request's. */
const PATH_FIELDS: ReadonlySet<string> = new Set([
  ...['x-original-url', 'x-original-uri', 'x-rewrite-url', 'x-rewrite-uri'],
  ...['x-forwarded-uri', 'x-forwarded-path', 'x-path-override', 'x-http-path-override'],
])

/** X-HTTP-Method-Override and its kin; CGI makes one of a dash and an underscore. */
function overrides(field: string): boolean {
  const name = field.toLowerCase().replaceAll('_', '-')
  return (namesMethod(name) && name !== 'access-control-request-method') || PATH_FIELDS.has(name)
}

/** `x-http-method`, `x-http-verb`; `verbose` is none. */
function namesMethod(name: string): boolean {
  return name.includes('method') || /verb(?!os)/.test(name)
}

const UNSAFE_METHODS: ReadonlySet<string> = new Set(
  'POST PUT PATCH DELETE MERGE MKCOL COPY MOVE LOCK UNLOCK LINK UNLINK PROPPATCH PURGE'.split(' '),
)

/** `?_method=DELETE`, and whatever else is called a method and is one that writes. */
function overridesInQuery(target: string): boolean {
  const at = target.indexOf('?')
  if (at < 0) return false
  return target
    .slice(at + 1)
    .split(/[?&;#]/)
    .some((pair) => {
      const [name = '', ...value] = pair.split('=')
      // Whatever stands beside its letters may be taken off.
      const method = unescaped(value.join('='))
        .replace(/[^A-Za-z]/g, '')
        .toUpperCase()
      return UNSAFE_METHODS.has(method) && namesMethod(unescaped(name).toLowerCase())
    })
}

/** Of a query's part, with whatever percent signs can be undone. */
function unescaped(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}
