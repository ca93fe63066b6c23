import { release } from 'node:os'
import type { Profile } from '../../model/profile.ts'
import { type Engine, engineError } from './engine.ts'

/** What an engine says of itself. */
export interface EngineFacts {
  /** Its containers run on this process's own kernel, so that descriptors can be handed over. */
  readonly sameKernel: boolean
  /** Its root is a plain user of the host: container ids are that user's subordinate ones. */
  readonly rootless: boolean
  readonly podman: boolean
  /** As node's process.arch has it. */
  readonly arch: string
  /** Sentences for a person: limits that it would not keep. */
  notEnforced(limits: Profile['limits']): readonly string[]
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
  /** Podman's. Its version would tell as well, after as many calls of the machine's package manager as info. */
  readonly BuildahVersion?: string
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
  const arch = ARCHITECTURES[info.Architecture ?? ''] ?? process.arch
  return {
    sameKernel:
      endpoint.kind === 'unix' &&
      process.platform === 'linux' &&
      info.KernelVersion === release() &&
      !/desktop/i.test(info.OperatingSystem ?? ''),
    rootless: (info.SecurityOptions ?? []).some((option) => option.includes('rootless')),
    podman: info.BuildahVersion !== undefined,
    arch,
    notEnforced: (limits) => [
      ...(limits.memory !== null && info.MemoryLimit === false ? [unkept('memory')] : []),
      ...(limits.cpus !== null && info.CpuCfsQuota === false ? [unkept('cpu')] : []),
      ...(limits.pids !== null && info.PidsLimit === false ? [unkept('pids')] : []),
    ],
  }
}

function unkept(limit: string): string {
  return `the ${limit} limit is not enforced: the container engine has no control group for it`
}
