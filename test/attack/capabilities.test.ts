import { ARCHITECTURES } from '../../runtime/sandbox/system-calls.ts'
import { ON_DOCKER } from '../fixtures/product/sandbox.ts'
import { NO_SECCOMP, NO_USER } from './rig/controls.ts'
import { hasOldAbi, oldAbiProgram } from './rig/old-abi.ts'
import { type Probe, probeFamily } from './rig/probes.ts'

/** An engine's filter ends what calls by another ABI, and with it what it was to say. */
const FOREIGN = ON_DOCKER ? /^$/ : /^ENOSYS$/m
const EPERM = /^EPERM$/m
const machine = ARCHITECTURES[process.arch]
if (machine === undefined) throw new Error(`no attack is written for ${process.arch}`)
const { clone3, clone, foreignFrom } = machine
/** An engine's filter goes by names: calls younger than its libseccomp it does not know (docs/limits.md). */
const YOUNGEST_KNOWN = 450
const refused = machine.refused.filter((number) => !ON_DOCKER || number <= YOUNGEST_KNOWN)
const [AF_INET, AF_INET6, SOL_SOCKET, SOL_IP, SOL_TCP, SOL_IPV6] = [2, 10, 1, 0, 6, 41]
const CLONE_NEWUSER = 0x1000_0000
const CLONE_NEWNET = 0x4000_0000
/** A combination that the kernel refuses for what it is, if it is asked at all. */
const CLONE_FS = 0x200

const tried = (title: string, script: string, fails: RegExp, works: RegExp, row = 34): Probe => ({
  row,
  title,
  script: () => script,
  fails,
  works,
})

const call = (title: string, words: string, fails = EPERM, works = /^(?!EPERM|ENOSYS)\w+/): Probe =>
  tried(title, `node $KIT/calls.cjs ${words}`, fails, works)

const option = (title: string, family: number, level: number, name: number, value = 1): Probe =>
  call(`socket option ${title}`, `option ${family} ${level} ${name} ${value}`, /^(EPERM|EACCES)$/m, /^ok$/m)

const probes: readonly Probe[] = [
  tried(
    'no capability at all',
    'grep ^Cap /proc/self/status',
    /^(Cap\w+:\t0{16}\n){5}$/,
    /^CapEff:\t0*[1-9a-f]/m,
  ),
  call(
    `all ${refused.length} calls of the filter`,
    `each ${refused.join(' ')}`,
    new RegExp(`^(\\d+ EPERM\\n){${refused.length}}$`),
    /^(\d+ (?!EPERM)[\w ]+\n)+$/,
  ),
  call('clone3', `call ${clone3} 0 0`, /^ENOSYS$/m),
  call('clone into a user namespace', `call ${clone} ${CLONE_NEWUSER + CLONE_FS}`, EPERM, /^EINVAL$/m),
  call(
    'clone into a network namespace',
    `call ${clone} ${CLONE_NEWNET + 0x2000_0000 + CLONE_FS}`,
    EPERM,
    /^\w+$/m,
  ),
  ...(foreignFrom === null ? [] : [call('the x32 ABI', 'x32', FOREIGN, /^\w+$/m)]),
  ...(hasOldAbi()
    ? [
        tried(
          'the calls of the 32-bit ABI',
          `echo ${oldAbiProgram().toString('base64')} | base64 -d >/tmp/abi; chmod +x /tmp/abi; /tmp/abi; echo $?`,
          ON_DOCKER ? /^159$/m : /^1$/m,
          /^0$/m,
        ),
      ]
    : []),
  call('becoming root', 'become 0', /^(EPERM|EINVAL)$/m, /^ok$/m),
  call('becoming another user', 'become 54321', /^(EPERM|EINVAL)$/m, /^ok$/m),
  call("becoming root's group", 'becomeGroup 0', /^(EPERM|EINVAL)$/m, /^ok$/m),
  call('taking another group', 'groups', EPERM, /^ok$/m),
  call('typing into the terminal (TIOCSTI)', 'type', EPERM, /^(ENOTTY|EIO|ok)$/m),
  call('typing, with bits above the request', 'typeWide', EPERM, /^(ENOTTY|EIO|ok)$/m),
  call('listening on a low port', 'listen 0.0.0.0 80', /^EACCES$/m, /^ok$/m),
  call("listening on somebody else's low port", 'listen 8.8.8.8 53', /^EACCES$/m, /^(ok|EADDRINUSE)$/m),
  option('SO_MARK', AF_INET, SOL_SOCKET, 36),
  option('SO_DEBUG', AF_INET, SOL_SOCKET, 1),
  option('SO_RCVBUFFORCE', AF_INET, SOL_SOCKET, 33, 1_000_000),
  option('SO_PRIORITY above 6', AF_INET, SOL_SOCKET, 12, 7),
  option('IP_TRANSPARENT', AF_INET, SOL_IP, 19),
  option('IPV6_TRANSPARENT', AF_INET6, SOL_IPV6, 75),
  option('TCP_REPAIR', AF_INET, SOL_TCP, 19),
  tried('unshare', 'unshare -Urn true 2>&1 && echo ok', /Operation not permitted/, /^ok$/m),
  tried('unshare of mounts', 'unshare -m true 2>&1 && echo ok', /Operation not permitted/, /^ok$/m),
  tried(
    'nsenter',
    'nsenter -t 1 -n true 2>&1 && echo ok',
    /Operation not permitted|Permission denied/,
    /^ok$/m,
  ),
  tried(
    'mount',
    'mkdir -p /tmp/m; mount -t tmpfs none /tmp/m 2>&1 && echo ok',
    /denied|not permitted|superuser/,
    /^ok$/m,
  ),
  tried(
    'mounting anew for writing',
    'mount -o remount,rw / 2>&1 && echo ok',
    /denied|not permitted|superuser/,
    /^ok$/m,
  ),
  tried('chroot', '/usr/sbin/chroot / /bin/echo ok 2>&1', /Operation not permitted/, /^ok$/m),
  tried('a device of its own', 'mknod /tmp/mem c 1 1 2>&1 && echo ok', /Operation not permitted/, /^ok$/m),
  tried(
    'a higher priority',
    `before=$(nice); nice -n -5 sh -c "echo \\$((\\$(nice) - $before))" 2>&1`,
    /Permission denied|cannot set/,
    /^-5$/m,
  ),
]

probeFamily({ probes, control: [...NO_SECCOMP, ...NO_USER] })
