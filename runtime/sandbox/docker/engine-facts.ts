import { release } from 'node:os'
import { type Engine, engineError } from './engine.ts'
import type { KeptLimits } from './engine-limits.ts'

/** What an engine says of itself. */
export interface EngineFacts {
  /** Its containers run on this process's own kernel, so that descriptors can be handed over. */
  readonly sameKernel: boolean
  /** Its root is a plain user of the host: container ids are that user's subordinate ones. */
  readonly rootless: boolean
  readonly podman: boolean
  /** As node's process.arch has it. */
  readonly arch: string
  readonly keeps: KeptLimits
}

interface Info {
  readonly OSType?: string
  readonly OperatingSystem?: string
  readonly KernelVersion?: string
  readonly Architecture?: string
  readonly SecurityOptions?: readonly string[]
  readonly MemoryLimit?: boolean
  readonly CpuCfsQuota?: boolean
  readonly PidsLimit?: boolean
  readonly CgroupVersion?: string
  readonly CgroupDriver?: string
  /** Podman's. Its version would tell as well, after as many calls of the machine's package manager as info. */
  readonly BuildahVersion?: string
  /** Podman's, whose SecurityOptions say it only in some versions. */
  readonly Rootless?: boolean
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  amd64: 'x64',
  aarch64: 'arm64',
  arm64: 'arm64',
}

export async function engineFacts({ api, endpoint }: Engine): Promise<EngineFacts> {
  let info: Info
  try {
    info = await api.info()
  } catch (error) {
    throw engineError(`the container engine (${endpoint.source}) does not answer`, error)
  }
  const rootless =
    info.Rootless === true || (info.SecurityOptions ?? []).some((option) => option.includes('rootless'))
  const arch = ARCHITECTURES[info.Architecture ?? ''] ?? process.arch
  return {
    sameKernel:
      endpoint.kind === 'unix' &&
      process.platform === 'linux' &&
      info.KernelVersion === release() &&
      !/desktop/i.test(info.OperatingSystem ?? ''),
    rootless,
    podman: info.BuildahVersion !== undefined,
    arch,
    keeps: keptLimits(info, rootless),
  }
}

/** Rootless ones say that they can where the host's root could; without the second hierarchy they have no group. */
function keptLimits(info: Info, rootless: boolean): KeptLimits {
  const groups = !(rootless && info.CgroupVersion === '1') && info.CgroupDriver !== 'none'
  return {
    memory: groups && info.MemoryLimit !== false,
    cpus: groups && info.CpuCfsQuota !== false,
    pids: groups && info.PidsLimit !== false,
  }
}
