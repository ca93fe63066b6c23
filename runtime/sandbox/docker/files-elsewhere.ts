import { McpRunError } from '../../model/errors.ts'
import { orNative } from '../../model/host.ts'
import type { LaunchSpec, Share } from '../backend.ts'
import { SANDBOX_HOME } from '../root-filesystem.ts'
import type { SessionFolder } from './session-folder.ts'

/** Files of mcp-run's own for the sandbox: a server works without them. */
const OWN = ['/mcp-run/', '/etc/mcp-run/']

/**
 * An engine whose machine has another kernel has some of this one's folders: with the store's it has mcp-run's own files,
 * wherever those are installed.
 */
export function copyOwnFiles(spec: LaunchSpec, folder: Pick<SessionFolder, 'copy'>): LaunchSpec {
  const shares = spec.shares.map((one) => (isOwn(one) ? { ...one, source: folder.copy(one.source) } : one))
  return { ...spec, shares }
}

function isOwn({ target }: Share): boolean {
  return OWN.some((place) => `${target}/`.startsWith(place))
}

/**
 * What can be had of a launch in an engine on another machine, where the files of this one are not: images, without
 * what they would be shown. Throws `sandbox-unavailable` for the rest.
 */
export function withoutHostFiles(spec: LaunchSpec): {
  readonly spec: LaunchSpec
  readonly notes: readonly string[]
} {
  const shown = spec.shares.filter((one) => !isOwn(one))
  if (spec.image?.kind !== 'image')
    throw elsewhere('a package or a command of this machine cannot be run there')
  const [first] = shown
  if (first !== undefined) throw elsewhere(`${first.source} cannot be shown to the server`)
  const certificates = Object.entries(spec.env).filter(([, value]) => value.includes('/etc/mcp-run/'))
  const dropped = new Set(['BROWSER', ...certificates.map(([name]) => name)])
  const env = Object.fromEntries(Object.entries(spec.env).filter(([name]) => !dropped.has(name)))
  return {
    spec: { ...spec, shares: [], env },
    notes: [
      `the engine is on another machine: ${SANDBOX_HOME} is in memory, and ends with the server`,
      ...(certificates.length === 0
        ? []
        : ['certificates of this machine are not shown to the server there']),
    ],
  }
}

function elsewhere(what: string): McpRunError {
  return new McpRunError('sandbox-unavailable', `the container engine is on another machine: ${what}`, {
    hint: orNative('an engine of this machine; or a server that is an image, with --image'),
  })
}
