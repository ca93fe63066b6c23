/**
 * An engine keeps a container's environment on disk: in its own files while the container is there, and in containerd's
 * database for as long as its pages are not written again. So where the image is one of ours, which has a shell, the
 * environment comes as the first line of stdin, read byte by byte up to its end, and the server gets the rest.
 */
const SCRIPT = 'IFS= read -r line && eval "$line" && command -v "$1" >/dev/null && exec "$@"; kill -16 $$'
/** SIGSTKFLT, which no kernel and hardly any program sends: a server's own end is not taken for this. */
export const NO_SUCH_PROGRAM = 'SIGSTKFLT'

/** The whole command: a shell that becomes the server. It ends by NO_SUCH_PROGRAM where there is none of that name. */
export function shellFirst(command: readonly string[]): string[] {
  return ['/bin/sh', '-c', SCRIPT, 'sh', ...command]
}

/** For that shell: assignments, quoted so that nothing in a value is anything but a value. */
export function environmentLine(env: Readonly<Record<string, string>>): string {
  const words = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`)
  const newline = words.some((word) => word.includes(NEWLINE)) ? DEFINE_NEWLINE : ''
  return `${newline}${words.length === 0 ? ':' : `export ${words.join(' ')}`}\n`
}

/** Command substitution drops ends of lines: hence the x, taken off where it is used. */
const DEFINE_NEWLINE = "nl=$(printf '\\nx'); "
const NEWLINE = `"\${nl%x}"`

/** POSIX quotes, one pair a line of the value: a line's end as such would end what is read. */
function quoted(value: string): string {
  const lines = value.split('\n').map((line) => `'${line.replaceAll("'", `'\\''`)}'`)
  return lines.join(NEWLINE)
}
