import { basename } from 'node:path'
import { parseImageName } from '../../runtime/model/image-name.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { cpuAmount, memoryAmount, pidAmount } from './docker-run/amounts.ts'
import { environmentOption } from './docker-run/environment.ts'
import type { TakenOption } from './docker-run/known-options.ts'
import { type Mounted, mountOption, tmpfsMount, volumeMount } from './docker-run/mounts.ts'
import { type GivenOption, readOptions, usage } from './docker-run/option-words.ts'
import type { IgnoredOption, ImageRequest, PullPolicy } from './docker-run/request.ts'
import { isNoNetwork, judgeNetwork, type Ruling } from './docker-run/ruling.ts'

/** Whether a command is one of Docker's or Podman's: nothing that could be run inside a sandbox. */
export function isEngineCommand(words: readonly string[]): boolean {
  return /^(docker|podman)(\.exe)?$/.test(basename(words[0] ?? ''))
}

/**
 * `docker run [OPTIONS] IMAGE [ARGUMENTS]` as clients' configurations have it, `docker container run` and podman's
 * too. Throws `usage` for another command, for an option that's unknown or would weaken the sandbox, and for what is
 * malformed. Nothing on the host is looked at.
 */
export function parseDockerRun(words: readonly string[]): ImageRequest {
  const { given, rest } = readOptions(afterRun(words))
  const rulings = given.map((one) => ({ option: `--${one.known.name}`, ruling: rule(one) }))
  for (const { option, ruling } of rulings) {
    if (ruling.kind === 'refused') throw usage(`${option} ${ruling.why}`, ruling.instead)
  }
  const values = takenValues(given)
  const last = (option: TakenOption): string | null => values(option).at(-1) ?? null
  const [image, ...args] = rest
  const mounted = [
    ...values('volume').map(volumeMount),
    ...values('mount').map(mountOption),
    ...values('tmpfs').map(tmpfsMount),
  ]
  refuseTwice(mounted)
  return {
    client: basename(words[0] ?? '').startsWith('podman') ? 'podman' : 'docker',
    image: imageName(image),
    args,
    ...environment(values('env')),
    envFiles: values('env-file'),
    mounts: mounted.flatMap((one) =>
      one.kind === 'bind' ? [{ source: one.source, target: one.target, write: one.write }] : [],
    ),
    volumes: mounted.flatMap((one) =>
      one.kind === 'volume' ? [{ name: one.name, target: one.target, write: one.write }] : [],
    ),
    tmpfs: mounted.flatMap((one) => (one.kind === 'tmpfs' ? [one.target] : [])),
    entrypoint: last('entrypoint'),
    cwd: workingFolder(last('workdir')),
    user: last('user') || null,
    noNetwork: given.some(({ known, value }) => isNetwork(known) && isNoNetwork(value)),
    limits: {
      memory: map(last('memory'), memoryAmount),
      cpus: map(last('cpus'), cpuAmount),
      pids: map(last('pids-limit'), pidAmount),
    },
    platform: platform(last('platform')),
    pull: map(last('pull'), pullPolicy),
    ignored: ignoredOptions(rulings, mounted),
  }
}

/** The words after `run`. What stands before it chooses an engine, which is not done here. */
function afterRun([program = '', first, second, ...rest]: readonly string[]): readonly string[] {
  const name = basename(program)
  if (first === 'run') return second === undefined ? [] : [second, ...rest]
  if (first === 'container' && second === 'run') return rest
  if (first?.startsWith('-'))
    throw usage(
      `of ${name}'s commands only run is understood, with its options after it`,
      'DOCKER_HOST or DOCKER_CONTEXT, in the configuration’s env, chooses the engine',
    )
  throw usage(`of ${name}'s commands only run is understood, not '${escapeText(first ?? '', 64)}'`)
}

function rule({ known, value }: GivenOption): Ruling | { readonly kind: 'taken' } {
  if (known.rule.kind === 'judged') return known.rule.judge(value)
  // A switch that is off asks for nothing.
  return known.takesValue || value === 'true' ? known.rule : { kind: 'met' }
}

function isNetwork({ rule }: GivenOption['known']): boolean {
  return rule.kind === 'judged' && rule.judge === judgeNetwork
}

function takenValues(given: readonly GivenOption[]): (option: TakenOption) => readonly string[] {
  return (option) =>
    given.flatMap(({ known, value }) =>
      known.rule.kind === 'taken' && known.rule.as === option ? [value] : [],
    )
}

function environment(values: readonly string[]): Pick<ImageRequest, 'env' | 'pass'> {
  const variables = new Map<string, string | null>()
  for (const text of values) {
    const variable = environmentOption(text)
    if (variable === null) throw usage('-e names no variable', '-e NAME, or -e NAME=VALUE')
    const [name, value] = variable
    if (value === null && name.includes('*'))
      throw usage('-e takes one name, not a pattern of names', 'name each variable: -e NAME')
    variables.set(name, value)
  }
  const entries = [...variables]
  return {
    env: Object.fromEntries(entries.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
    pass: entries.flatMap(([name, value]) => (value === null ? [name] : [])),
  }
}

function imageName(text: string | undefined): string {
  if (text === undefined) throw usage('no image is named')
  const parsed = parseImageName(text)
  if (parsed.ok) return text
  throw usage(`'${escapeText(text, 200)}' is no image: ${parsed.flaw}`, 'REGISTRY/OWNER/NAME[:TAG]')
}

function workingFolder(text: string | null): string | null {
  if (text === null || text === '') return null
  if (text.startsWith('/') && !text.includes('\0')) return text
  throw usage(`-w '${escapeText(text, 200)}' is no absolute path in the container`, '-w /DIR')
}

function platform(text: string | null): string | null {
  if (text === null || text === '') return null
  if (/^[a-z0-9_.-]+(\/[a-z0-9_.-]+){0,2}$/i.test(text)) return text
  throw usage(`--platform '${escapeText(text, 64)}' is none`, '--platform linux/arm64')
}

function pullPolicy(text: string): PullPolicy {
  const policy = (['always', 'missing', 'never'] as const).find((one) => one === text)
  if (policy !== undefined) return policy
  throw usage(`--pull ${escapeText(text, 64)}: it is one of always, missing, never`)
}

function refuseTwice(mounted: readonly Mounted[]): void {
  const twice = mounted.find(({ target }, index) => mounted.findIndex((one) => one.target === target) < index)
  if (twice !== undefined)
    throw usage(`two mounts have the same target, ${escapeText(twice.target, 200)}`, 'keep one of the two')
}

function ignoredOptions(
  rulings: readonly { option: string; ruling: ReturnType<typeof rule> }[],
  mounted: readonly Mounted[],
): readonly IgnoredOption[] {
  const ignored = [
    ...rulings.flatMap(({ option, ruling }) =>
      ruling.kind === 'dropped' ? [{ option, why: ruling.why }] : [],
    ),
    ...mounted.flatMap(({ target, ignored: why }) =>
      why === null ? [] : [{ option: `mount at ${target}`, why }],
    ),
  ]
  return [...new Map(ignored.map((one) => [`${one.option} ${one.why}`, one])).values()]
}

function map<T>(text: string | null, read: (text: string) => T): T | null {
  return text === null ? null : read(text)
}
