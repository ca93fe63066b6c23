import { MAX_ARCHIVE_BYTES, SLOWEST } from './archive.ts'

/** Of 512 bytes, as POSIX has it: no server fills a disk. */
const MAX_BLOCKS = MAX_ARCHIVE_BYTES / 512

/**
 * `sh -c GIT_SCRIPT sh URL REF`, in an empty folder: the tree of that commit as a tar archive, `archive`, and the commit's
 * digest, `commit`. Nothing is checked out, so no hook, filter or link of the repository's is ever looked at; its
 * attributes leave no file out, and change none. A server that gives no single commit is asked for all of them.
 */
export const GIT_SCRIPT = `
command -v git >/dev/null || exit 91
git init -q --bare repository && cd repository || exit 1
mkdir -p info && echo '* -export-ignore -export-subst -ident -text -working-tree-encoding' >info/attributes || exit 1
trap '' XFSZ; ulimit -f ${MAX_BLOCKS} 2>/dev/null
commit=
if git fetch -q --depth=1 --no-tags -- "$1" "$2" 2>/dev/null
then commit=$(git rev-parse -q --verify 'FETCH_HEAD^{commit}')
elif git fetch -q --no-tags -- "$1" "$2" 2>../first
then commit=$(git rev-parse -q --verify 'FETCH_HEAD^{commit}')
elif git fetch -q --no-tags -- "$1" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*'
then commit=$(git rev-parse -q --verify "$2^{commit}") || { cat ../first >&2; exit 92; }
else exit 1
fi
! git cat-file -e "$commit:.gitmodules" 2>/dev/null || exit 93
git -c tar.umask=0022 archive --format=tar --prefix=package/ -o ../archive "$commit" || exit 1
echo "$commit" >../commit
`

/** git asks nobody, and heeds no configuration but its own. */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  LANG: 'C.UTF-8',
  PATH: '/usr/local/bin:/usr/bin:/bin',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '/bin/false',
  GIT_ALLOW_PROTOCOL: 'http:https',
  GIT_HTTP_LOW_SPEED_LIMIT: String(SLOWEST.bytesPerSecond),
  GIT_HTTP_LOW_SPEED_TIME: String(SLOWEST.seconds),
}

/** What an exit code of the script means, where it is not git's own. */
export function gitFailure(code: number | null): { readonly why: string; readonly hint: string } | null {
  switch (code) {
    case 91:
      return {
        why: 'there is no git where packages are installed, and it is what fetches repositories',
        hint: 'apt-get install git',
      }
    case 92:
      return {
        why: 'it has no such branch, tag or commit',
        hint: 'git ls-remote URL lists branches and tags',
      }
    case 93:
      return {
        why: 'it has submodules, which are not had with it',
        hint: 'clone it where you trust it, and name its folder',
      }
    default:
      return null
  }
}
