import { links, PACKET_FILTER } from './rules.ts'

export const IPV6 = '/proc/sys/net/ipv6/conf'

/**
 * Addresses, routes and rules of a network namespace, for a shell in it: what failed, and what that said, is on stderr.
 * Hardened hosts switch IPv6 off in new namespaces; captured it must be all the same. A container's engine has seen to it.
 */
export const CONFIGURE = `fail() {
  echo "$1 failed ($2): $said" >&2
  exit 1
}
if [ -d ${IPV6} ]; then
  for device in all default lo; do
    # A shell reads byte by byte, and of these files there is one to be had: it takes that for the end.
    read -r off <${IPV6}/$device/disable_ipv6
    [ "$off" = 0 ] || echo 0 >${IPV6}/$device/disable_ipv6 || fail "IPv6 of $device" $?
  done
  links='${links(true)}'
else
  links='${links(false)}'
fi
said=$(ip -batch - 2>&1 <<.
$links
.
) || fail ip $?
said=$(nft -f - 2>&1 <<'.'
${PACKET_FILTER}.
) || fail nft $?
`

/**
 * The command that starts the tap, given without its last argument: the shell that configures the network. Node takes
 * longer to begin than the shell to end.
 */
export function whileConfiguring(tap: readonly string[]): [string, ...string[]] {
  // The link, the status and the server's own streams are the tap's alone.
  return ['/bin/sh', '-c', `(\n${CONFIGURE}) >&2 3>&- 4>&- & exec "$@" $!`, 'tap', ...tap]
}
