import { McpRunError } from '../../runtime/model/errors.ts'
import type { LoadedProfile } from '../../runtime/model/profile.ts'
import { ensurePython } from '../../runtime/packages/python/ensure-python.ts'
import { fits, hostPython } from '../../runtime/packages/python/python-runtime.ts'
import type { RunOptions } from './arguments.ts'
import type { PackageContext, PackageSource } from './package.ts'
import { say } from './say.ts'
import type { PythonTarget } from './target.ts'

/** A package of a Python index, by the interpreter that the sandbox has. */
export async function pythonSource(
  { request, tool }: PythonTarget,
  { profile }: LoadedProfile,
  { allowScripts }: RunOptions,
  { store, backend, install, paths }: PackageContext,
): Promise<PackageSource> {
  const image = await backend.pythonRuntime()
  if (image !== null && !fits(image, request.python)) {
    throw new McpRunError('usage', `the runner's image has Python ${image.version}, not ${request.python}`, {
      hint: 'leave --python out, or build the image from another: docs/docker.md',
    })
  }
  const wanted = {
    ...{ request, tool, store, install, say },
    client: paths.pythonClient,
    runtime: image ?? hostPython(request.python),
    allowScripts: [...profile.installScripts, ...allowScripts],
    ...(backend.owner !== null && { owner: backend.owner }),
  }
  return { ensure: (repair) => ensurePython({ ...wanted, repair }), ahead: null }
}
