import { type PythonRuntime, pythonKey } from '../../model/python-runtime.ts'
import { type Engine, engineError } from './engine.ts'
import { keepRuntime, keptRuntime, probe } from './node-runtime.ts'

const PROBE = `
import json, os, platform, sys
print(json.dumps([os.path.realpath(sys.executable), "%d.%d.%d" % sys.version_info[:3], platform.machine()]))
`

/** The Python of an image: asked of it once, then kept in the store under the image's own name. */
export async function pythonRuntimeOf(engine: Engine, image: string, store: string): Promise<PythonRuntime> {
  const kept = keptRuntime<PythonRuntime>(image, store)
  if (kept !== null) return kept
  const said = await probe(engine, image, ['python3', '-I', '-c', PROBE])
  const runtime = parse(said)
  if (runtime !== null) {
    keepRuntime(runtime, image, store)
    return runtime
  }
  throw engineError(`the image ${image} has no python3 that works`, 'its answer cannot be read')
}

function parse(answer: string): PythonRuntime | null {
  try {
    const [python, version, machine] = JSON.parse(answer) as string[]
    if (!python?.startsWith('/') || version === undefined || !/^3\.\d+\.\d+$/.test(version)) return null
    const arch = machine === 'x86_64' ? 'x64' : machine === 'aarch64' ? 'arm64' : (machine ?? '')
    return { python, version, key: pythonKey(version, arch, 'image') }
  } catch {
    return null
  }
}
