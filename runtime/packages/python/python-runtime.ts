import { execFileSync } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'
import type { PythonRuntime } from '../../model/python-runtime.ts'
import { pythonKey } from '../../model/python-runtime.ts'
import { escapeText } from '../../model/text.ts'
import type { Environment } from '../npm-client.ts'

/** Where a sandbox sees the host's programs: an interpreter elsewhere, with its library, it does not. */
const SEEN = ['/usr/', '/bin/', '/nix/store/']
const ALWAYS = ['/usr/local/bin', '/usr/bin']
const PROBE = 'import json, sys; print(json.dumps(["%d.%d.%d" % sys.version_info[:3], sys.executable]))'

/** The host's own interpreter. `wanted`: `3`, `3.11`; null: any python3. Throws `install-failed`. */
export function hostPython(wanted: string | null, env: Environment = process.env): PythonRuntime {
  const folders = [...(env.PATH ?? '').split(delimiter).filter(isAbsolute), ...ALWAYS]
  for (const folder of new Set(folders)) {
    for (const name of wanted === null ? ['python3'] : [`python${wanted}`, 'python3']) {
      const found = lookAt(join(folder, name))
      if (found !== null && fits(found, wanted)) return found
    }
  }
  const what = wanted === null ? 'python3' : `Python ${escapeText(wanted, 20)}`
  throw new McpRunError('install-failed', `${what} was not found where the sandbox sees it, under /usr`, {
    hint: 'install your distribution’s python3 and python3-venv; those of pyenv and uv are in a home folder, and not seen',
  })
}

export function fits({ version }: Pick<PythonRuntime, 'version'>, wanted: string | null): boolean {
  return wanted === null || version === wanted || version.startsWith(`${wanted}.`)
}

function lookAt(path: string): PythonRuntime | null {
  try {
    if (!existsSync(path)) return null
    const real = realpathSync(path)
    if (!SEEN.some((folder) => real.startsWith(folder))) return null
    const said = execFileSync(real, ['-I', '-c', PROBE], {
      timeout: 10_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [version] = JSON.parse(said.toString()) as string[]
    if (version === undefined || !/^3\.\d+\.\d+$/.test(version)) return null
    return { python: real, version, key: pythonKey(version, process.arch, 'host') }
  } catch {
    return null
  }
}
