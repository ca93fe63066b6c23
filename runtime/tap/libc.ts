import { loadKoffi } from './koffi.ts'

/**
 * The system calls that Node does not offer, called in the C library that Node itself is linked with. Every
 * function returns -1 on error. Buffers given as pointers are read and written in place.
 */
const koffi = loadKoffi()
const libc = koffi.load(null)

export const socketpair = libc.func('int socketpair(int domain, int type, int protocol, void *pair)')
export const socket = libc.func('int socket(int domain, int type, int protocol)')
export const bind = libc.func('int bind(int fd, void *address, uint32_t length)')
export const connect = libc.func('int connect(int fd, void *address, uint32_t length)')
export const accept4 = libc.func('int accept4(int fd, void *address, void *length, int flags)')
export const getsockname = libc.func('int getsockname(int fd, void *address, void *length)')
export const dup2 = libc.func('int dup2(int from, int to)')
export const listen = libc.func('int listen(int fd, int backlog)')
export const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int name, void *value, uint32_t length)',
)
export const getsockopt = libc.func('int getsockopt(int fd, int level, int name, void *value, void *length)')
export const sendmsg = libc.func('long sendmsg(int fd, void *message, int flags)')
export const recvmsg = libc.func('long recvmsg(int fd, void *message, int flags)')
export const send = libc.func('long send(int fd, void *data, size_t length, int flags)')
export const recv = libc.func('long recv(int fd, void *data, size_t length, int flags)')
export const poll = libc.func('int poll(void *fds, unsigned long count, int timeoutMs)')
export const eventfd = libc.func('int eventfd(unsigned int initial, int flags)')
export const memfdCreate = libc.func('int memfd_create(str name, unsigned int flags)')
export const lseek = libc.func('long lseek(int fd, long offset, int whence)')
export const fcntl = libc.func('int fcntl(int fd, int command, int argument)')
export const waitpid = libc.func('int waitpid(int pid, void *status, int options)')
/** Returns an errno, 0 where there is none; the child's number is at `pid`. */
export const posixSpawnp = libc.func(
  'int posix_spawnp(void *pid, str file, void *actions, void *attributes, str *argv, str *envp)',
)
export const prctl = libc.func(
  'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
)
export const signal = libc.func('void *signal(int number, void *handler)')
/** Ends the process at once: no handler runs, no thread is waited for. */
export const exitNow = libc.func('void _exit(int code)')
export const execve = libc.func('int execve(str path, str *argv, str *envp)')
export const mount = libc.func('int mount(str source, str target, str type, unsigned long flags, str data)')
/** For calls that older C libraries have no name for; the numbers are the same on every architecture since 5.2. */
export const syscall = libc.func(
  'long syscall(long number, int a, str b, unsigned long c, void *d, size_t e)',
)
const syscallMoveMount = libc.func('syscall', 'long', ['long', 'int', 'str', 'int', 'str', 'unsigned int'])

const SYS_MOVE_MOUNT = 429
const AT_FDCWD = -100
const MOVE_MOUNT_F_EMPTY_PATH = 4

/** Attaches a detached mount at `target`. */
export function moveMount(mountFd: number, target: string): number {
  return Number(syscallMoveMount(SYS_MOVE_MOUNT, mountFd, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH))
}

/** The address of a Buffer's first byte, for the pointers inside a kernel structure. */
export const addressOf = (buffer: Buffer): bigint => koffi.address(buffer)

/** Of two names for one number the first in the alphabet: EAGAIN, not EWOULDBLOCK. */
const NAMES = Object.fromEntries(
  Object.entries(koffi.os.errno)
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([name, code]) => [code, name]),
)

/** The name of the last error of this thread: `EAGAIN`, … */
export function errnoName(): string {
  const code = koffi.errno()
  return NAMES[code] ?? `errno ${code}`
}

/** Throws an error that names the call and the errno when `result` is negative. */
export function checked(call: string, result: number): number {
  if (result >= 0) return result
  const code = errnoName()
  throw Object.assign(new Error(`${call}: ${code}`), { code })
}
