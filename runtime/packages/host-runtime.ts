import { realpathSync } from 'node:fs'
import { type NodeRuntime, runtimeKey } from '../model/node-runtime.ts'
import { type Environment, findNpm } from './npm-client.ts'

/** The host's own node and npm, shown to the sandbox. npm is looked for only when it is needed. */
export function hostRuntime(options: {
  readonly node: string
  readonly env?: Environment
  readonly cwd?: string
}): NodeRuntime {
  const { env = process.env, cwd = process.cwd() } = options
  const node = realpathSync(options.node)
  const npm = () => findNpm({ node, env, cwd })
  return {
    node,
    get npmCli() {
      return npm().cli
    },
    get shows() {
      return [node, npm().folder]
    },
    version: process.version,
    key: runtimeKey(process.version, process.arch, 'host'),
  }
}
