import type { Mode, Reason, Verdict } from '../model/verdict.ts'
import { canonicalAddress } from './address-bytes.ts'
import { classifyAddress } from './address-class.ts'
import { inCidr } from './cidr.ts'
import type { Judgement } from './flow-facts.ts'

export interface ResolutionFacts {
  readonly mode: Mode
  readonly judgement: Judgement
  /** The address that the server dialled. */
  readonly picked: string
  readonly pickedIsSinkhole: boolean
  /** Our DNS server gave that address for that name in this session. */
  readonly pickedAnsweredFor: boolean
  /** What the recorder's own resolver gives for the target's name now; empty for other targets. */
  readonly resolved: readonly string[]
  /** A proxy carries connections to the target's name, and resolves it: its addresses are not known here. */
  readonly byProxy: boolean
}

export interface Resolution {
  readonly verdict: Verdict
  /** The addresses to race, the server's own choice first; the name alone where a proxy takes it; empty when denied. */
  readonly dial: readonly string[]
}

/** The last word before dialling: only what was judged here is dialled, so that a second answer changes nothing. */
export function judgeResolution(facts: ResolutionFacts): Resolution {
  const { judgement } = facts
  const { target } = judgement
  if (judgement.action === 'denied' || target === null) return { verdict: verdictOf(judgement), dial: [] }
  if (target.kind === 'host-loopback') return allowed(judgement, ['127.0.0.1', '::1'])
  if (target.kind === 'address') return judgeAddress(judgement, target.address)
  const picked = canonicalAddress(facts.picked) ?? facts.picked
  const resolved = [...new Set(facts.resolved.map((address) => canonicalAddress(address) ?? address))]
  if (!facts.pickedIsSinkhole && !facts.pickedAnsweredFor && !resolved.includes(picked)) {
    return judgeStranger(facts, picked)
  }
  if (facts.byProxy) return allowed(judgement, [target.name])
  if (resolved.length === 0) return denied(judgement.declaration, 'unresolved')
  const dial = resolved.filter((address) => mayDial(address, target.resolves))
  if (dial.length === 0) return denied('undeclared', 'address-class')
  return allowed(
    judgement,
    dial.includes(picked) ? [picked, ...dial.filter((other) => other !== picked)] : dial,
  )
}

/** An address that the name does not have: monitor goes where the server went, and no further than public space. */
function judgeStranger({ mode, judgement }: ResolutionFacts, picked: string): Resolution {
  if (mode !== 'monitor') return denied('undeclared', 'name-mismatch')
  if (classifyAddress(picked) !== 'public') return denied('undeclared', 'address-class')
  const reason = judgement.reason === 'declared' ? 'name-mismatch' : judgement.reason
  return { verdict: { declaration: 'undeclared', action: 'allowed', reason }, dial: [picked] }
}

function judgeAddress(judgement: Judgement, address: string): Resolution {
  const found = classifyAddress(address)
  // Declared here means by `ip` or `cidr`, which may lie outside public space.
  const may = found === 'public' || (found !== 'metadata' && judgement.declaration === 'declared')
  return may ? allowed(judgement, [address]) : denied('undeclared', 'address-class')
}

/** Whether one of a name's addresses may be dialled: public space, or a block that the rule names; metadata never. */
export function mayDial(address: string, resolves: readonly string[]): boolean {
  const found = classifyAddress(address)
  if (found === 'metadata') return false
  return found === 'public' || resolves.some((block) => inCidr(address, block))
}

function allowed(judgement: Judgement, dial: readonly string[]): Resolution {
  return { verdict: verdictOf(judgement), dial }
}

/** In both modes. */
function denied(declaration: Verdict['declaration'], reason: Reason): Resolution {
  return { verdict: { declaration, action: 'denied', reason }, dial: [] }
}

function verdictOf({ declaration, action, reason }: Verdict): Verdict {
  return { declaration, action, reason }
}
