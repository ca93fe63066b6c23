import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'
import type { PythonRuntime } from '../../model/python-runtime.ts'
import { escapeText } from '../../model/text.ts'
import { readBounded } from '../bounded-file.ts'
import type { InstallRequest, InstallRun } from '../install-run.ts'
import type { Environment } from '../npm-client.ts'
import { createStage, type Owner, type Stage, sweepStages, writePrivate } from '../stage.ts'
import { removeTree } from '../tree-files.ts'
import { holdsCredential, type IndexAccess, indexAccess } from './index-access.ts'
import { type PythonTool, readIndexConfig } from './index-config.ts'
import { pipFailure } from './pip-failure.ts'
import type { Answered, Asked, Prepared, PythonPlan } from './plan.ts'
import { type PythonTree, readReport } from './report.ts'
import { formatRequirement, type PythonRequest, requestText } from './requirement.ts'
import { readUploads, type Uploads } from './uploads.ts'

export interface PythonStageOptions {
  /** `packages/` of the store. */
  readonly packages: string
  readonly request: PythonRequest
  /** Whose configuration names the index. */
  readonly tool: PythonTool
  readonly runtime: PythonRuntime
  readonly install: InstallRun
  /** client.py: a file of mcp-run's own. */
  readonly client: string
  readonly env: Environment
  readonly owner: Owner | undefined
  /** Packages, by name, that may be built from source. */
  readonly allowScripts: readonly string[]
  /** What is to be had again, as pip takes it: versions and digests; null: what the request means today. */
  readonly exactly: string | null
}

export interface StagedPython {
  readonly stage: Stage
  readonly tree: PythonTree
  readonly access: IndexAccess
  readonly answer: Answered
  readonly uploads: Uploads
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024
const MAX_REPORT_BYTES = 64 * 1024 * 1024

/** Installs in a stage, hands it to `use`, and removes it, whatever comes of that. Rejects with `install-failed`. */
export async function withStagedPython<T>(
  options: PythonStageOptions,
  use: (staged: StagedPython) => Promise<T>,
): Promise<T> {
  const { packages, request, owner, install } = options
  const config = readIndexConfig(options.tool, options.env)
  if (options.allowScripts.length > 0 && holdsCredential(config)) throw builtWithCredential()
  await sweepStages(packages)
  const stage = createStage(packages, { owner })
  try {
    writePrivate(join(stage.config, 'client.py'), readFileSync(options.client), owner)
    const first = await install(clientRequest(options, stage, { step: 'prepare', options: [] }, null))
    if (first.exitCode !== 0) throw pipFailure(request, first, { log: '', secrets: [] })
    const prepared = await answerOf<Prepared>(stage, 'prepare', ['pip', 'index', 'files'], request)
    if (isOld(prepared.pip))
      throw notUsable(request, `this Python's pip is ${prepared.pip}, and 22.2 is the first that can`)
    const access = indexAccess(config, prepared)
    const copyIn = (file: string | null): string | null => copied(file, stage, owner)
    const files = { cert: copyIn(config.cert), 'client-cert': copyIn(config.clientCert) }
    writePrivate(join(stage.config, 'pip.conf'), pipConf({ ...access.settings, ...files }), owner)
    if (options.exactly !== null) writePrivate(requirements(stage), options.exactly, owner)
    const uploads = await askIndexes(options, stage, access)
    const plan = { step: 'install', options: pipOptions(options, stage) } as const
    const end = await install(clientRequest(options, stage, plan, access))
    if (end.exitCode !== 0 || (end.denied.length > 0 && options.allowScripts.length > 0)) {
      const log = await readBounded(logFile(stage), MAX_REPORT_BYTES).catch(() => '')
      throw pipFailure(request, end, { log, secrets: access.secrets })
    }
    const answer = await answerOf<Answered>(stage, 'install', ['version'], request)
    const read = readReport(await readBounded(reportFile(stage), MAX_REPORT_BYTES).catch(() => ''))
    if (!read.ok) throw notUsable(request, read.flaw)
    return await use({ stage, tree: read.tree, access, answer, uploads })
  } finally {
    await removeTree(stage.folder)
  }
}

/** What they do not tell, or not in time, is not known: that costs nobody the installation. */
async function askIndexes(options: PythonStageOptions, stage: Stage, access: IndexAccess): Promise<Uploads> {
  const plan = { step: 'ask', options: ASK_OPTIONS } as const
  const end = await options.install({
    ...clientRequest(options, stage, plan, access),
    endsWhenDenied: false,
    limitMs: ASK_LIMIT_MS,
  })
  const none: Asked = { files: {} }
  const asked =
    end.exitCode === 0 ? await answerOf<Asked>(stage, 'ask', [], options.request).catch(() => none) : none
  return readUploads(asked.files)
}

/** Without `--report`. */
function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major < 22 || (major === 22 && minor < 2)
}

function clientRequest(
  { request, runtime, owner, allowScripts }: PythonStageOptions,
  stage: Stage,
  { step, options }: Pick<PythonPlan, 'step' | 'options'>,
  access: IndexAccess | null,
): InstallRequest {
  const plan: PythonPlan = {
    ...{
      step,
      options,
      tree: stage.tree,
      names: [request.package, ...request.beside].map(({ name }) => name),
    },
    empty: stage.cache,
    answer: answerFile(stage, step),
  }
  const planFile = join(stage.config, `${step}.json`)
  writePrivate(planFile, JSON.stringify(plan), owner)
  return {
    argv: [runtime.python, '-I', join(stage.config, 'client.py'), planFile],
    env: {
      ...{ HOME: stage.home, LANG: 'C.UTF-8', NO_COLOR: '1', PATH: '/usr/local/bin:/usr/bin:/bin' },
      ...{ TMPDIR: stage.home, PIP_CONFIG_FILE: join(stage.config, 'pip.conf') },
    },
    read: [stage.config],
    write: [stage.work],
    home: stage.home,
    cwd: stage.cache,
    egress: access?.egress ?? [],
    proxy: access?.proxy ?? null,
    runner: 'python',
    label: requestText(request),
    // pip says by itself what it could not have; a package's own build might wait for ever.
    endsWhenDenied: allowScripts.length > 0,
  }
}

function pipOptions({ request, allowScripts, exactly }: PythonStageOptions, stage: Stage): readonly string[] {
  const wanted = [request.package, ...request.beside].map(formatRequirement)
  return [
    ...['--no-input', '--no-compile', '--no-cache-dir', '--disable-pip-version-check'],
    ...['--no-warn-script-location', '--progress-bar=off', '--root-user-action=ignore'],
    // Nothing of a package is run, unless it is named: then it is built from its source.
    '--only-binary=:all:',
    ...allowScripts.map((name) => `--no-binary=${name}`),
    `--report=${reportFile(stage)}`,
    `--log=${logFile(stage)}`,
    ...(exactly === null
      ? wanted
      : ['--require-hashes', '--no-deps', `--requirement=${requirements(stage)}`]),
  ]
}

const ASK_OPTIONS = ['--no-input', '--disable-pip-version-check', '--retries=0', '--timeout=10']
const ASK_LIMIT_MS = 60_000

function pipConf(settings: Readonly<Record<string, string | null>>): string {
  const lines = Object.entries(settings).flatMap(([key, value]) =>
    value === null ? [] : [`${key} = ${value}`],
  )
  return `[global]\n${lines.join('\n')}\n`
}

/** Where the sandbox can read it. One that cannot be read stays under its own name: pip says so. */
function copied(file: string | null, stage: Stage, owner: Owner | undefined): string | null {
  if (file === null) return null
  const copy = join(stage.config, `copy-${basename(file).replace(/[^\w.-]/g, '_')}`)
  try {
    const content = readFileSync(file)
    writePrivate(copy, content, owner)
    return copy
  } catch {
    return file
  }
}

function answerFile(stage: Stage, step: PythonPlan['step']): string {
  return join(stage.work, `${step}-answer.json`)
}

function reportFile(stage: Stage): string {
  return join(stage.work, 'report.json')
}

function logFile(stage: Stage): string {
  return join(stage.work, 'pip.log')
}

function requirements(stage: Stage): string {
  return join(stage.config, 'requirements.txt')
}

/** What the sandbox left, as far as it has the form. */
async function answerOf<T extends Prepared | Asked | Answered>(
  stage: Stage,
  step: PythonPlan['step'],
  texts: readonly (keyof T)[],
  request: PythonRequest,
): Promise<T> {
  try {
    const answer = JSON.parse(await readBounded(answerFile(stage, step), MAX_ANSWER_BYTES)) as T
    if (texts.every((key) => typeof answer[key] === 'string')) return answer
  } catch {
    // Said below.
  }
  throw notUsable(request, 'pip left it out')
}

export function notUsable(request: PythonRequest, why: string): McpRunError {
  return new McpRunError(
    'install-failed',
    `${requestText(request)} was not installed: ${escapeText(why, 300)}`,
    {
      hint: 'try again; the same with pip itself, to compare, in an empty environment',
    },
  )
}

function builtWithCredential(): McpRunError {
  return new McpRunError(
    'install-failed',
    'nothing is built from source while your index’s configuration holds a credential, which the build could read',
    { hint: 'build a wheel where you trust it, and put that in your index' },
  )
}
