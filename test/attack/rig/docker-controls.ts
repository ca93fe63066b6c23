import type { Patch } from '../../fixtures/product/patched-build.ts'
import { first, NO_TAP, PROGRAM } from './patches.ts'

const CAPABILITIES = 'CapDrop:["ALL"],SecurityOpt:["no-new-privileges",`seccomp='

/** The tap's container, and with it the server's, is in the host's network. */
export const NO_NETWORK: readonly Patch[] = [
  { file: PROGRAM, find: 'NetworkMode:"none",CapDrop:["ALL"],CapAdd', replace: 'NetworkMode:"host",CapAdd' },
  { file: PROGRAM, find: 'NetworkDisabled:!0,', replace: '' },
  // An engine sets none of the network's in the host's own.
  { file: PROGRAM, find: 'Sysctls:SYSCTLS,', replace: '' },
  first('checkSockets', 'return;'),
  ...NO_TAP,
]

/** The filter lets every system call pass. */
export const NO_SECCOMP: readonly Patch[] = [first('seccompProfile', 'return"unconfined";')]

/** The server is root, with every capability but one that the tests' own machine may be without, and may gain more. */
export const NO_USER: readonly Patch[] = [
  first('serverUser', 'return"0:0";'),
  {
    file: PROGRAM,
    find: CAPABILITIES,
    replace: 'CapAdd:["ALL"],CapDrop:["SYS_RESOURCE"],SecurityOpt:[`seccomp=',
  },
]

/** The server's processes, and the tap's beside them, are open to it; they have mcp-run's environment, and tell of it. */
export const NO_CLEARING: readonly Patch[] = [
  ...NO_USER,
  {
    file: PROGRAM,
    find: /Object\.entries\(env\)(?=\.map[^`]+`\$\{\w+\}=\$\{quoted)/,
    replace: 'Object.entries({...process.env,...env})',
  },
  {
    file: PROGRAM,
    find: 'Entrypoint:shellFirst(spec.command)',
    replace:
      'Entrypoint:shellFirst(["sh","-c","\\"$@\\"; exit $?",JSON.stringify(spec.env),...spec.command])',
  },
  {
    file: PROGRAM,
    find: 'Hostname:SANDBOX_HOST,User:"0:0"',
    replace: 'Hostname:SANDBOX_HOST,Env:Object.entries(process.env).map(each=>each.join("=")),User:"0:0"',
  },
  {
    file: 'tap.cjs',
    find: 'execve(program,[...command,null],[null])',
    replace:
      'execve(program,[...command,null],[...Object.entries(process.env).map(each=>each.join("=")),null])',
  },
]

/** The tap's container, and with it the server's, outlives mcp-run. */
export const UNTIED: readonly Patch[] = [
  { file: 'tap.cjs', find: 'while read -r question;', replace: 'while sleep 1;' },
]
