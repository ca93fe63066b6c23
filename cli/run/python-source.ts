import { McpRunError } from '../../runtime/model/errors.ts'
import type { LoadedProfile } from '../../runtime/model/profile.ts'
import { ensurePython } from '../../runtime/packages/python/ensure-python.ts'
import { KNOWN_PYTHON_SERVERS } from '../../runtime/packages/python/known-servers.ts'
import { fits, hostPython } from '../../runtime/packages/python/python-runtime.ts'
import { normalName } from '../../runtime/packages/python/requirement.ts'
import { STRICT } from '../../runtime/packages/trust.ts'
import type { RunOptions } from './arguments.ts'
import type { PackageContext, PackageSource } from './package.ts'
import { say } from './say.ts'
import type { PythonTarget } from './target.ts'

/** A package of a Python index, by the interpreter that the sandbox has. */
export async function pythonSource(
  { request, tool }: PythonTarget,
  { profile }: LoadedProfile,
  { acceptNames, allowScripts, minAge }: RunOptions,
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
    trust: {
      ...STRICT,
      genuine: () => KNOWN_PYTHON_SERVERS,
      acceptedNames: acceptNames.map(normalName),
      minAge: minAge ?? profile.minAge ?? STRICT.minAge,
      allowScripts: [...profile.installScripts, ...allowScripts],
    },
    ...(backend.owner !== null && { owner: backend.owner }),
  }
  return { ensure: (repair) => ensurePython({ ...wanted, repair }), ahead: null }
}
