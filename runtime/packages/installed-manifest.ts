import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { binsOf } from './bin.ts'
import { readBinStart } from './bin-start.ts'
import type { InstalledBin } from './pin.ts'

/** What an installed package's own package.json says: its integrity covers it, unlike the registry's copy. */
export interface InstalledManifest {
  /** As it is written there; null: not as text. */
  readonly name: string | null
  readonly version: string | null
  /** Commands whose script is there. */
  readonly bins: Readonly<Record<string, InstalledBin>>
  /** `engines.node`. */
  readonly engines: string | null
  /** Whether npm would have run something of it on installation. */
  readonly hasScripts: boolean
}

const MAX_BYTES = 4 * 1024 * 1024
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall']

export function readInstalledManifest(folder: string, name: string): InstalledManifest | null {
  const manifest = parse(join(folder, 'package.json'))
  if (manifest === null) return null
  const scripts = record(manifest.scripts)
  const { node } = record(manifest.engines)
  const { name: ownName, version } = manifest
  return {
    name: typeof ownName === 'string' ? ownName : null,
    version: typeof version === 'string' ? version : null,
    bins: installedBins(folder, name, manifest.bin),
    engines: typeof node === 'string' ? node : null,
    // npm compiles what has a binding.gyp without being told to.
    hasScripts: INSTALL_SCRIPTS.some((script) => script in scripts) || isFile(join(folder, 'binding.gyp')),
  }
}

/** What npm would run on installation, by the script's name; its own default for a package that is to be compiled. */
export function installScriptsOf(folder: string): Readonly<Record<string, string>> {
  const scripts = record(parse(join(folder, 'package.json'))?.scripts)
  const found = INSTALL_SCRIPTS.flatMap((name) =>
    typeof scripts[name] === 'string' ? [[name, scripts[name]]] : [],
  )
  const compiles =
    isFile(join(folder, 'binding.gyp')) && !('install' in scripts) && !('preinstall' in scripts)
  return Object.fromEntries(compiles ? [...found, ['install', 'node-gyp rebuild']] : found)
}

function installedBins(folder: string, name: string, field: unknown): Record<string, InstalledBin> {
  const bins: Record<string, InstalledBin> = {}
  for (const [command, path] of Object.entries(binsOf(name, field))) {
    const script = join(folder, path)
    if (isFile(script)) bins[command] = { path, start: readBinStart(script) }
  }
  return bins
}

function parse(file: string): Record<string, unknown> | null {
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = fstatSync(descriptor)
      if (!stat.isFile() || stat.size > MAX_BYTES) return null
      return record(JSON.parse(readFileSync(descriptor, 'utf8').replace(/^\ufeff/, '')))
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return null
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function isFile(path: string): boolean {
  try {
    return lstatSync(path).isFile()
  } catch {
    return false
  }
}
