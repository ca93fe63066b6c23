import type { Patch } from '../../fixtures/product/patched-build.ts'
import { first, NO_TAP, PROGRAM } from './patches.ts'

const NAMESPACES = 'root?["--net","--mount"]:["--user","--map-root-user","--net"]'

/** The sandbox stays in the host's network. The tap's sockets are there for form's sake, on ports that nobody knows. */
export const NO_NETWORK: readonly Patch[] = [
  { file: PROGRAM, find: NAMESPACES, replace: 'root?["--mount"]:["--user","--map-root-user"]' },
  ...NO_TAP,
]

/** The filter lets every system call pass. */
export const NO_SECCOMP: readonly Patch[] = [first('seccompFilter', 'return assemble([[RET,ALLOW]]);')]

/** The server is root, with every capability, in no user namespace of its own. Root alone can have it so. */
export const NO_USER: readonly Patch[] = [
  first('becomeUser', 'return;', 'tap.cjs'),
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
  { file: 'tap.cjs', find: 'fd<=2||kept.includes(fd)?0:FD_CLOEXEC', replace: '0' },
  {
    file: PROGRAM,
    find: '"--args","@args","--",',
    replace:
      '...Object.entries(spec.env).flatMap(([name,value])=>["--setenv",name,value]),"--args","@args","--",',
  },
]

/** The server outlives mcp-run. */
export const UNTIED: readonly Patch[] = [
  { file: PROGRAM, find: '"--die-with-parent",', replace: '' },
  { file: 'tap.cjs', find: 'prctl(PR_SET_PDEATHSIG,SIGKILL,0,0,0)', replace: '0' },
]
