import { McpRunError } from '../../model/errors.ts'
import type { LaunchSpec } from '../backend.ts'
import { SANDBOX_HOME } from '../root-filesystem.ts'

/** Files of mcp-run's own for the sandbox: a server works without them. */
const OWN = ['/mcp-run/', '/etc/mcp-run/']

/**
 * What can be had of a launch in an engine on another machine, where the files of this one are not: images, without
 * what they would be shown. Throws `sandbox-unavailable` for the rest.
 */
export function withoutHostFiles(spec: LaunchSpec): {
  readonly spec: LaunchSpec
  readonly notes: readonly string[]
} {
  const shown = spec.shares.filter(({ target }) => !OWN.some((place) => `${target}/`.startsWith(place)))
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
    hint: 'an engine of this machine; or a server that is an image, with --image; or the native sandbox: --sandbox native',
  })
}
