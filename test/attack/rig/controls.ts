import type { Patch } from '../../fixtures/product/patched-build.ts'

const PROGRAM = 'mcp-run.cjs'
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
    `return{${ALLOWED},name:null,nameSource:"none",protocol:"unknown",chain:[],target:{kind:"address",address:arguments[1].address}};`,
  ),
  first('judgeResolution', `return{verdict:{${ALLOWED}},dial:[arguments[0].picked]};`),
  first('mayDial', 'return!0;'),
]

/** A link-local address is dialled with the interface that it needs: else nothing of it could arrive. */
export const WITH_INTERFACE: Patch = {
  file: PROGRAM,
  find: 'let address=queue.shift();',
  replace: 'let address=queue.shift()?.replace(/^fe80:.*/,each=>each+"%uplink");',
}

const NAMESPACES = 'root?["--net","--mount"]:["--user","--map-root-user","--net"]'

/** The sandbox stays in the host's network. The tap's sockets are there for form's sake, on ports that nobody knows. */
export const NO_NETWORK: readonly Patch[] = [
  { file: PROGRAM, find: NAMESPACES, replace: 'root?["--mount"]:["--user","--map-root-user"]' },
  first('configureNetwork', 'return!1;', 'tap.cjs'),
  first(
    'openCaptureSockets',
    'return{tcp:listener(!1,0,!1),dnsTcp:listener(!1,0,!1),dnsUdp4:checked("socket",socket(AF_INET,SOCK_DGRAM|SOCK_CLOEXEC|SOCK_NONBLOCK,0)),dnsUdp6:null,netfilter:checked("socket",socket(AF_NETLINK,SOCK_RAW|SOCK_CLOEXEC,NETLINK_NETFILTER)),inward4:[],inward6:[]};',
    'tap.cjs',
  ),
]

/** The filter lets every system call pass. */
export const NO_SECCOMP: readonly Patch[] = [first('seccompFilter', 'return assemble([[RET,ALLOW]]);')]

/** The server is root, with every capability, in no user namespace of its own. Root alone can have it so. */
export const NO_USER: readonly Patch[] = [
  { file: PROGRAM, find: 'root?[tools.setpriv,', replace: '!1?[tools.setpriv,' },
  { file: PROGRAM, find: '"--unshare-user",', replace: '' },
  { file: PROGRAM, find: '"--uid",String(SANDBOX_ID),"--gid",String(SANDBOX_ID),', replace: '' },
  { file: PROGRAM, find: '"--cap-drop","ALL","--disable-userns",', replace: '"--cap-add","ALL",' },
]

/** What mcp-run has of an environment and of descriptors stays with the process that becomes the server. */
export const NO_CLEARING: readonly Patch[] = [
  { file: PROGRAM, find: 'env:{PATH:TOOL_PATH},detached', replace: 'env:{...process.env},detached' },
  {
    file: 'tap.cjs',
    find: 'execve(program,[...command,null],[null])',
    replace:
      'execve(program,[...command,null],[...Object.entries(process.env).map(each=>each.join("=")),null])',
  },
  { file: 'tap.cjs', find: 'fd<=2||fd===4?0:FD_CLOEXEC', replace: '0' },
  {
    file: PROGRAM,
    find: '"--args","@args","--",',
    replace:
      '...Object.entries(spec.env).flatMap(([name,value])=>["--setenv",name,value]),"--args","@args","--",',
  },
]
