import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type GitServer, startGitServer } from '../../fixtures/git-server.ts'
import { packageHome } from '../../fixtures/package-home.ts'
import { type FixturePackage, type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'

/** What repositories depend on. */
const LEFT: FixturePackage = {
  manifest: { name: 'left', version: '1.2.0' },
  files: { 'index.js': 'exports.said = "hello"\n' },
}

/** A far host with repositories and archives, a registry, and a home for each test of a file. */
export interface GitWorld {
  readonly far: GitServer
  readonly registry: FixtureRegistry
  readonly home: ReturnType<typeof packageHome>
}

export function gitWorld(...others: readonly FixturePackage[]): GitWorld {
  const world = {} as { -readonly [Part in keyof GitWorld]: GitWorld[Part] }
  beforeAll(async () => {
    world.registry = await startRegistry([LEFT, ...others])
    world.far = await startGitServer()
  })
  afterAll(async () => {
    await world.registry.close()
    await world.far.close()
  })
  beforeEach(() => {
    world.home = packageHome(`registry=${world.registry.url}\n`)
    return world.home.remove
  })
  return world
}

export function packagesOf({ home }: GitWorld, ...path: string[]): string {
  return join(home.store, 'packages', ...path)
}

/** The rule by which a port of this machine is reached. */
export function ruleOf(port: number): object {
  return { kind: 'host-loopback', ports: [port], protocol: 'http' }
}

export function outputOf(bin: string): string {
  return execFileSync(process.execPath, [bin]).toString()
}
