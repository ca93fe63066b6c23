import { hostName, isLinux } from '../../runtime/model/host.ts'
import type { Choice, SandboxName } from './remembered-choice.ts'

export interface ChoiceQuestion {
  /** `--sandbox`. */
  readonly asked: 'auto' | SandboxName
  readonly remembered: Choice | null
  /** What is to run is an image, which has no other sandbox than a container. */
  readonly image: boolean
}

/** Whether a sandbox can be had; `reason`: the end of a sentence, null where it can. */
export interface Availability {
  readonly works: boolean
  readonly reason: string | null
}

export interface Wanted {
  readonly sandbox: SandboxName
  /** For the line at start: `--sandbox docker`, `as chosen on 2026-01-31`. */
  readonly why: string
}

export type SandboxDecision =
  | {
      readonly sandbox: SandboxName
      readonly why: string
      /** Whether the choice is new, and to be remembered. */
      readonly remember: boolean
    }
  | { readonly sandbox: null; readonly message: string; readonly hint: string }

/**
 * The one sandbox that is in question, known before any is tried; null at a first time, where both are. Elsewhere than
 * on Linux there is no other.
 */
export function wantedSandbox({ asked, remembered, image }: ChoiceQuestion): Wanted | null {
  if (asked !== 'auto') return { sandbox: asked, why: `--sandbox ${asked}` }
  if (image) return { sandbox: 'docker', why: 'it is an image' }
  if (!isLinux()) return { sandbox: 'docker', why: `the one on ${hostName()}` }
  if (remembered === null) return null
  return { sandbox: remembered.sandbox, why: `as chosen on ${remembered.at.slice(0, 10)}` }
}

/**
 * Which sandbox. What was chosen once, by hand or by what there was, holds: where it can't be had, the start fails,
 * because another sandbox shows a server other files and limits. `engine` and `native` need be known only where
 * they are in question.
 */
export function decideSandbox(
  question: ChoiceQuestion,
  { engine, native }: { readonly engine: Availability; readonly native: Availability },
): SandboxDecision {
  const { asked, remembered, image } = question
  if (image && asked === 'native') {
    const message = 'an image runs in a container, and --sandbox native has none'
    return {
      sandbox: null,
      message,
      hint: 'leave --sandbox out, or run the server as a package or a command',
    }
  }
  const wanted = wantedSandbox(question)
  if (wanted !== null) {
    const { works, reason } = wanted.sandbox === 'docker' ? engine : native
    if (!works) return refusal(wanted, reason, question)
    return { ...wanted, remember: !image && remembered?.sandbox !== wanted.sandbox }
  }
  if (engine.works) return { sandbox: 'docker', why: 'a container engine answers', remember: true }
  if (native.works) return { sandbox: 'native', why: noEngine(engine.reason), remember: true }
  const message = `no sandbox can be had: ${noEngine(engine.reason)}, and native: ${native.reason ?? 'it does not work'}`
  return { sandbox: null, message, hint: `${NATIVE_FIX}; or ${ENGINE_FIX}` }
}

const ENGINE_FIX = 'start Docker or Podman'
const NATIVE_FIX = 'mcp-run doctor says what the native sandbox lacks, and doctor --fix adds it'

function noEngine(reason: string | null): string {
  return reason ?? 'no container engine answers'
}

function refusal(
  { sandbox, why }: Wanted,
  reason: string | null,
  { asked, image }: ChoiceQuestion,
): SandboxDecision {
  const message = `sandbox ${sandbox} (${why}) cannot be had: ${reason ?? 'it does not work'}`
  const fix = sandbox === 'docker' ? ENGINE_FIX : NATIVE_FIX
  const other = sandbox === 'docker' ? 'native' : 'docker'
  const change = `--sandbox ${other} once changes it for good`
  const changes = asked === 'auto' && !image && isLinux()
  return { sandbox: null, message, hint: changes ? `${fix}; ${change}` : fix }
}
