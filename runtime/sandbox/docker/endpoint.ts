import type { EngineTls } from './engine-tls.ts'

/** Where a container engine listens. */
export type EngineAddress =
  | { readonly kind: 'unix'; readonly socketPath: string }
  /** `tls`: null for an engine that speaks plain HTTP. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: EngineTls | null }
  /** `ssh://[USER@]HOST[:PORT][/SOCKET]`, without a password. */
  | { readonly kind: 'ssh'; readonly url: string }

export type EngineEndpoint = EngineAddress & {
  /** For people, where it was found: `DOCKER_HOST`, `docker context colima`, `rootless Docker`. */
  readonly source: string
  /** By a variable or a docker context: then it is the only one. */
  readonly named: boolean
}

export type ParsedAddress =
  | { readonly ok: true; readonly address: EngineAddress }
  /** `flaw`: the end of a sentence; it repeats nothing of the text, which may hold a password. */
  | { readonly ok: false; readonly flaw: string; readonly hint: string }

export const DEFAULT_SOCKET = '/var/run/docker.sock'
const PLAIN_PORT = 2375
const TLS_PORT = 2376
const FORMS = 'unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST'

/** As Docker's command line reads DOCKER_HOST and a context's host: what has no scheme is `HOST[:PORT]`. */
export function parseEngineAddress(text: string, tls: EngineTls | null): ParsedAddress {
  const [, scheme = 'tcp', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(text) ?? []
  switch (scheme.toLowerCase()) {
    case 'unix':
      return unixAddress(rest)
    case 'tcp':
      return tcpAddress(rest, tls)
    case 'ssh':
      return sshAddress(text)
    case 'npipe':
      return flawed("is a named pipe of Windows, which can't be reached from here")
    case 'fd':
      return flawed('is a descriptor, on which an engine listens and nothing can call')
    default:
      return flawed('has a scheme that no engine is reached by')
  }
}

function unixAddress(path: string): ParsedAddress {
  if (path === '') return found({ kind: 'unix', socketPath: DEFAULT_SOCKET })
  if (!path.startsWith('/') || path.includes('\0')) return flawed("does not give a socket's whole path")
  return found({ kind: 'unix', socketPath: path })
}

function tcpAddress(rest: string, tls: EngineTls | null): ParsedAddress {
  if (rest.startsWith('/')) return flawed('is a path without a scheme', 'unix:///PATH')
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]*))(?::(\d{1,5}))?\/?$/i.exec(rest) ?? []
  const host = bracketed ?? plain
  const port = digits === undefined ? (tls === null ? PLAIN_PORT : TLS_PORT) : Number(digits)
  if (host === undefined || rest === '') return flawed('is not HOST:PORT')
  if (port < 1 || port > 65_535) return flawed('has a port that there cannot be')
  return found({ kind: 'tcp', host: host === '' ? 'localhost' : host, port, tls })
}

/** ssh is started with parts of it as arguments: none may look like an option. */
function sshAddress(text: string): ParsedAddress {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.hostname === '') return flawed('names no host')
  if (url.password !== '') return flawed('holds a password', 'ssh://USER@HOST, and a key for ssh')
  if (/^-/.test(decoded(url.username)) || url.hostname.startsWith('-'))
    return flawed('has a name that begins with a dash')
  if (url.search !== '' || url.hash !== '') return flawed('ends in what is no part of a path')
  return found({ kind: 'ssh', url: url.href })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function found(address: EngineAddress): ParsedAddress {
  return { ok: true, address }
}

function flawed(flaw: string, hint = FORMS): ParsedAddress {
  return { ok: false, flaw, hint }
}
