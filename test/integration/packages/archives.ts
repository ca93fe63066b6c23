import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STRICT, type Trust } from '../../../runtime/packages/trust.ts'
import type { packageHome } from '../../fixtures/package-home.ts'
import { type FixtureRegistry, startRegistry } from '../../fixtures/registry.ts'
import { type TarEntry, tarball } from '../../fixtures/tar.ts'

export const CLI = '#!/usr/bin/env node\nprocess.stdout.write(require("left").said)\n'
export const MANIFEST = { name: 'thing', version: '1.0.0', bin: 'cli.js', dependencies: { left: '^1.0.0' } }

/** What archives depend on, are called like, or stand beside. */
export function archivesRegistry(): Promise<FixtureRegistry> {
  return startRegistry([
    { manifest: { name: 'left', version: '1.2.0' }, files: { 'index.js': 'exports.said = "hello"\n' } },
    {
      manifest: { name: 'thing', version: '1.0.0', bin: { genuine: 'cli.js' } },
      files: { 'cli.js': 'genuine' },
      user: 'ann',
    },
    { manifest: { name: 'postmrk-mcp', version: '1.0.0', bin: 'cli.js' }, files: { 'cli.js': '' } },
  ])
}

export interface ArchiveOptions {
  readonly name?: string
  readonly cli?: string
  readonly more?: TarEntry[]
}

/** Puts an archive into the working folder. */
export function putArchive(
  { work }: Pick<ReturnType<typeof packageHome>, 'work'>,
  manifest: Readonly<Record<string, unknown>> = MANIFEST,
  { name = 'thing-1.0.0.tgz', cli = CLI, more = [] }: ArchiveOptions = {},
): string {
  writeFileSync(join(work, name), tarball(manifest, { 'cli.js': cli }, more))
  return `./${name}`
}

export function trusting(more: Partial<Trust>): { trust: Trust } {
  return { trust: { ...STRICT, ...more } }
}
