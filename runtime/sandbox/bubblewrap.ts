import { STATUS_FD, type Word } from '../tap/config.ts'
import type { LaunchSpec } from './backend.ts'
import { rootFilesystem, SANDBOX_HOME, SANDBOX_HOST, SANDBOX_ID } from './root-filesystem.ts'
import { seccompFilter } from './seccomp.ts'

const TMP_BYTES = 2 * 1024 ** 3

/**
 * All that bubblewrap is told but the command, through a descriptor: the environment's values appear in no
 * command line or environment that /proc would show. `where` gives the path at which a share's source is
 * reached from inside the mount namespace.
 */
export function bubblewrapArguments(spec: LaunchSpec, where: (source: string) => string): readonly Word[] {
  return [
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--uid', String(SANDBOX_ID), '--gid', String(SANDBOX_ID), '--hostname', SANDBOX_HOST],
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL', '--disable-userns'],
    ...['--json-status-fd', String(STATUS_FD)],
    ...['--seccomp', { data: seccompFilter().toString('base64') }],
    ...rootFilesystem(TMP_BYTES),
    ...['--bind', where(spec.home), SANDBOX_HOME],
    ...spec.shares.flatMap(({ source, target, write }) => [
      write ? '--bind' : '--ro-bind',
      where(source),
      target,
    ]),
    ...['--remount-ro', '/', '--chdir', spec.cwd ?? SANDBOX_HOME, '--clearenv'],
    ...Object.entries(spec.env).flatMap(([name, value]) => ['--setenv', name, value]),
  ]
}
