import type { Patch } from '../../fixtures/product/patched-build.ts'

export const PROGRAM = 'mcp-run.cjs'
const ALLOWED = 'declaration:"declared",action:"allowed",reason:"declared"'

/** Puts `code` before all else that a function does; its parameters are `arguments`, whatever the build calls them. */
export function first(name: string, code: string, file = PROGRAM): Patch {
  return { file, find: new RegExp(`function ${name}\\([^)]*\\)\\{`), replace: `$&${code}` }
}

/** The judges say yes to everything: what is left is the way of a declared connection, or of a declared query. */
export const NO_POLICY: readonly Patch[] = [
  first('judgeQuery', `if(!arguments[2].own)return{${ALLOWED},respond:"resolve"};`),
  first(
    'judgeFlow',
    `return{${ALLOWED},name:null,nameSource:"none",protocol:"unknown",chain:[],inspect:"no",requests:null,target:{kind:"address",address:arguments[1].address}};`,
  ),
  first('judgeResolution', `return{verdict:{${ALLOWED}},dial:[arguments[0].picked]};`),
  first('mayDial', 'return!0;'),
]

/** Every request inside a declared connection is declared, however it is framed. */
export const NO_REQUEST_POLICY: readonly Patch[] = [
  first('judgeRequest', `return{${ALLOWED}};`),
  { file: PROGRAM, find: 'head.malformed?', replace: '!1?' },
  { file: PROGRAM, find: 'insecureHTTPParser:!1', replace: 'insecureHTTPParser:!0' },
]

/** Nothing that a request names is a finding, what was not read of it is no reason, and any length is held. */
export const NO_FINDINGS: readonly Patch[] = [
  first('judgeFindings', 'return[];'),
  { file: PROGRAM, find: '>8388608', replace: '>1e12', times: 2 },
  { file: PROGRAM, find: 'unread!==null||!whole', replace: '!1' },
]

/** Paths and values are kept as they were sent. */
export const NO_REDACTION: readonly Patch[] = [first('redactedPath', 'return arguments[0];')]

/** Whatever certificate a destination shows is good. */
export const NO_VERIFYING: readonly Patch[] = [
  { file: PROGRAM, find: 'secureContext:trusting(),', replace: '$&rejectUnauthorized:!1,' },
]

/** TLS is passed on as it is. */
export const NO_INSPECTION: readonly Patch[] = [first('handlingOf', 'return"pass";')]

/** A link-local address is dialled with the interface that it needs: else nothing of it could arrive. */
export const WITH_INTERFACE: Patch = {
  file: PROGRAM,
  find: 'let address=queue.shift();',
  replace: 'let address=queue.shift()?.replace(/^fe80:.*/,each=>each+"%uplink");',
}

/**
 * The tap leaves its network as it is, and opens sockets for form's sake, on ports that nobody knows; mcp-run takes
 * them unseen, which it does not otherwise.
 */
export const NO_TAP: readonly Patch[] = [
  first('checkSockets', 'return;'),
  first('whileConfiguring', 'return["/bin/sh","-c",`exec "$@" 0`,"tap",...arguments[0]];'),
  first('configureNetwork', 'return!1;', 'tap.cjs'),
  first(
    'openCaptureSockets',
    'return{tcp:listener(!1,0,!1),dnsTcp:listener(!1,0,!1),dnsUdp4:checked("socket",socket(AF_INET,SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK,0)),dnsUdp6:null,netfilter:checked("socket",socket(AF_NETLINK,SOCK_RAW|SOCK_CLOEXEC,NETLINK_NETFILTER)),...openTcpCounts(),inward4:[],inward6:[]};',
    'tap.cjs',
  ),
]
