/** What becomes of an option that is no part of the request. */
export type Ruling =
  /** The sandbox is or does that already. */
  | { readonly kind: 'met' }
  | { readonly kind: 'dropped'; readonly why: string }
  /** `why`: the end of a sentence that begins with the option. `instead`: what to do. */
  | { readonly kind: 'refused'; readonly why: string; readonly instead: string }

export const MET: Ruling = { kind: 'met' }
export const LEAVE_OUT = 'leave it out: the sandbox never gives it'

export function dropped(why: string): Ruling {
  return { kind: 'dropped', why }
}

export function refused(why: string, instead: string = LEAVE_OUT): Ruling {
  return { kind: 'refused', why, instead }
}

export const OWN_NETWORK = 'the sandbox has its own network'

/** `bridge`, `none`, `host`, `container:x`, the name of a network, or `name=x,alias=y`. */
export function judgeNetwork(value: string): Ruling {
  const network = networkName(value)
  if (network === 'host' || /^(container|ns):/.test(network)) {
    const instead = 'leave it out, and declare what the server contacts; ports of the host: host-loopback'
    return refused("is refused: another's network leads past the recorder", instead)
  }
  // Part of the request: whatever the profile declares, nothing is reached.
  if (isNoNetwork(value)) return MET
  if (/^(|default|bridge|private|nat|slirp4netns(:.*)?|pasta(:.*)?)$/.test(network))
    return dropped(OWN_NETWORK)
  return dropped(`${OWN_NETWORK}: other containers are not reached by their names`)
}

export function isNoNetwork(value: string): boolean {
  return networkName(value) === 'none'
}

function networkName(value: string): string {
  const named = value.split(',').find((field) => /^name=/i.test(field))
  return (named?.slice('name='.length) ?? value).toLowerCase()
}

/** `--pid`, `--ipc`, `--uts`, `--userns`, `--cgroupns`: none of them may be the host's or another container's. */
export function judgeNamespace(value: string): Ruling {
  if (/^(host|container:.*|ns:.*)$/i.test(value))
    return refused("is refused: that namespace is another's, and a way out of the sandbox")
  return dropped('the sandbox has its own namespaces')
}

export function judgeSecurity(value: string): Ruling {
  if (/^no-new-privileges([:=]true)?$/.test(value)) return MET
  return refused("is refused: the sandbox's own filter, labels and paths hold")
}

export function judgeVolumeDriver(value: string): Ruling {
  if (value === '' || value === 'local') return MET
  return refused('is refused: a driver mounts what it likes', 'make the volume first, and name it with -v')
}

/** `=false` asks for signatures to be checked, which is not done here. */
export function judgeContentTrust(value: string): Ruling {
  if (value === 'true') return MET
  return refused('is refused when false: signatures are not checked here', 'name the image by its digest')
}
