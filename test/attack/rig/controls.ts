import type { Patch } from '../../fixtures/product/patched-build.ts'

const PROGRAM = 'mcp-run.cjs'
const ALLOWED = 'declaration:"declared",action:"allowed",reason:"declared"'

/** Puts `code` before all else that a function does. */
function first(head: string, code: string, file = PROGRAM): Patch {
  return { file, find: head, replace: head + code }
}

/** The judges say yes to everything: what is left is the way of a declared connection, or of a declared query. */
export const NO_POLICY: readonly Patch[] = [
  first('function judgeQuery(rules,mode,query){', `if(!query.own)return{${ALLOWED},respond:"resolve"};`),
  first(
    'function judgeFlow(rules,facts){',
    `return{${ALLOWED},name:null,nameSource:"none",protocol:"unknown",chain:[],target:{kind:"address",address:facts.address}};`,
  ),
  first('function judgeResolution(facts){', `return{verdict:{${ALLOWED}},dial:[facts.picked]};`),
  first('function mayDial(address,resolves){', 'return!0;'),
]

const NAMESPACES = 'root?["--net","--mount"]:["--user","--map-root-user","--net"]'

/** The sandbox stays in the host's network. The tap's sockets are there for form's sake, on ports that nobody knows. */
export const NO_NETWORK: readonly Patch[] = [
  { file: PROGRAM, find: NAMESPACES, replace: 'root?["--mount"]:["--user","--map-root-user"]' },
  first('function configureNetwork(){', 'return!1;', 'tap.cjs'),
  first(
    'function openCaptureSockets(ipv6){',
    'return{tcp:listener(!1,0,!1),dnsTcp:listener(!1,0,!1),dnsUdp4:checked("socket",socket(AF_INET,SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK,0)),dnsUdp6:null,netfilter:checked("socket",socket(AF_NETLINK,SOCK_RAW|SOCK_CLOEXEC,NETLINK_NETFILTER))};',
    'tap.cjs',
  ),
]

/** The filter lets every system call pass. */
export const NO_SECCOMP: readonly Patch[] = [
  first('function seccompFilter(arch=process.arch){', 'return assemble([[RET,ALLOW]]);'),
]
