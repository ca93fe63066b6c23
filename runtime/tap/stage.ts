import { closeSync, mkdirSync, openSync, readlinkSync, writeFileSync } from 'node:fs'
import type { StagedMount, TapConfig } from './config.ts'
import { checked, mount, moveMount, posixSpawnp, syscall, waitpid } from './libc.ts'

const MS_NOSUID = 2
const MS_NODEV = 4
const MS_BIND = 4096
const MS_REC = 16384
const SYS_OPEN_TREE = 428
const SYS_MOUNT_SETATTR = 442
const AT_FDCWD = -100
const AT_EMPTY_PATH = 0x1000
const AT_RECURSIVE = 0x8000
const OPEN_TREE_CLONE = 1
const O_CLOEXEC = 0o2000000
const MOUNT_ATTR_IDMAP = 0x100000

/**
 * Run as root, the sandbox's user cannot walk through the folders that lead to what it is given (a 0700
 * /root, say), and owns nothing there. So what it is given is mounted in a folder of its own, in a mount
 * namespace that ends with the sandbox; the owner's files appear as the sandbox user's, and what that user
 * writes is the owner's.
 */
export function stageMounts(stage: NonNullable<TapConfig['stage']>): void {
  checked(
    `mount ${stage.folder}`,
    mount('tmpfs', stage.folder, 'tmpfs', MS_NOSUID | MS_NODEV, 'mode=0755,size=1m'),
  )
  const maps = new Map<string, UserNamespace>()
  try {
    for (const one of stage.mounts) {
      if (one.directory) mkdirSync(one.target, { mode: 0o755 })
      else closeSync(openSync(one.target, 'wx', 0o644))
      mountOne(one, maps)
    }
  } finally {
    for (const namespace of maps.values()) namespace.close()
  }
}

function mountOne(one: StagedMount, maps: Map<string, UserNamespace>): void {
  if (one.idmap === null) {
    bindMount(one)
    return
  }
  try {
    idmappedMount(one, namespaceFor(maps, one.idmap))
  } catch (error) {
    if (one.withoutIdmap === 'fail') throw error
    bindMount(one)
  }
}

function bindMount({ source, target }: StagedMount): void {
  checked(`mount ${source}`, mount(source, target, '', MS_BIND | MS_REC, ''))
}

function idmappedMount({ source, target }: StagedMount, namespace: UserNamespace): void {
  const tree = checked(
    `open_tree ${source}`,
    Number(syscall(SYS_OPEN_TREE, AT_FDCWD, source, OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE, null, 0)),
  )
  try {
    const attributes = Buffer.alloc(32)
    attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR_IDMAP), 0)
    attributes.writeBigUInt64LE(BigInt(namespace.fd), 24)
    checked(
      `idmapped mount of ${source}`,
      Number(syscall(SYS_MOUNT_SETATTR, tree, '', AT_EMPTY_PATH, attributes, attributes.length)),
    )
    checked(`move_mount ${target}`, moveMount(tree, target))
  } finally {
    closeSync(tree)
  }
}

interface UserNamespace {
  readonly fd: number
  close(): void
}

function namespaceFor(
  maps: Map<string, UserNamespace>,
  map: NonNullable<StagedMount['idmap']>,
): UserNamespace {
  const key = `${map.uid} ${map.gid} ${map.to}`
  const namespace = maps.get(key) ?? mappedNamespace(map)
  maps.set(key, namespace)
  return namespace
}

/** A user namespace that maps one user and one group to one id: a process that stays in it while it is needed. */
function mappedNamespace({ uid, gid, to }: NonNullable<StagedMount['idmap']>): UserNamespace {
  const keeper = start('unshare', ['--user', 'sleep', '10'])
  const end = (): void => {
    process.kill(keeper, 'SIGKILL')
    waitpid(keeper, null, 0)
  }
  try {
    const own = readlinkSync('/proc/self/ns/user')
    const link = `/proc/${keeper}/ns/user`
    const until = Date.now() + 2000
    // The started process enters its namespace a moment after it begins; nothing tells when but the link itself.
    while (readlinkSync(link) === own)
      if (Date.now() > until) throw new Error('unshare --user does not start')
    writeFileSync(`/proc/${keeper}/uid_map`, `${uid} ${to} 1\n`)
    writeFileSync(`/proc/${keeper}/gid_map`, `${gid} ${to} 1\n`)
    const fd = openSync(link, 'r')
    return {
      fd,
      close: () => {
        closeSync(fd)
        end()
      },
    }
  } catch (error) {
    end()
    throw error
  }
}

/** Node's own way to start a program takes as long as the program. Returns its number. */
function start(program: string, args: readonly string[]): number {
  const pid = Buffer.alloc(4)
  const environment = [`PATH=${process.env.PATH}`, null]
  const errno = posixSpawnp(pid, program, null, null, [program, ...args, null], environment)
  if (errno !== 0) throw new Error(`${program} cannot be started: errno ${errno}`)
  return pid.readInt32LE()
}
