import type { Severity } from '../model/alert.ts'

/** What weighs of something that a server had not done before. */
export type DriftWeight =
  /** A field that says where something is sent to. */
  | 'recipient'
  | 'host'
  | 'request'
  /** A request like many others, at a place where names vary. */
  | 'alike'
  | 'tool'
  /** A tool's description or schema. */
  | 'tool-text'
  /** One that has changed often. */
  | 'tool-varies'

export interface DriftFacts {
  readonly weight: DriftWeight
  /** Sessions before this one that had what it belongs to: of other versions, and of this one. */
  readonly elsewhere: number
  readonly here: number
  /** There is a package or an image behind it, which the same version cannot change. */
  readonly versioned: boolean
}

export interface DriftJudgement {
  /** What it is compared with: `version`: earlier versions; `session`: earlier sessions of this one. */
  readonly basis: 'version' | 'session'
  readonly severity: Severity
}

/** So many sessions of a version show what it does; before, much is new that is meant. */
export const EARLY_SESSIONS = 5
/** With fewer sessions behind it an earlier version may just not have been asked to. */
const LITTLE = 3

/** Null: there is nothing yet that it could be compared with. */
export function judgeDrift({ weight, elsewhere, here, versioned }: DriftFacts): DriftJudgement | null {
  if (elsewhere + here === 0) return null
  if (weight === 'tool' || weight === 'tool-text' || weight === 'tool-varies')
    return judgeTool(weight, here, versioned)
  if (elsewhere > 0 && here < EARLY_SESSIONS) {
    const severity = NEW_VERSION[weight]
    return { basis: 'version', severity: weight === 'request' && elsewhere < LITTLE ? 'low' : severity }
  }
  return { basis: 'session', severity: (here < EARLY_SESSIONS ? EARLY : LATER)[weight] }
}

/** What a tool says is the same in every session of a version: no matter how few there were. */
function judgeTool(
  weight: 'tool' | 'tool-text' | 'tool-varies',
  here: number,
  versioned: boolean,
): DriftJudgement {
  const basis = here === 0 ? 'version' : 'session'
  if (weight === 'tool-varies') return { basis, severity: 'low' }
  const underOneVersion = basis === 'session' && versioned && weight === 'tool-text'
  return { basis, severity: underOneVersion ? 'high' : 'medium' }
}

type RequestWeight = Exclude<DriftWeight, 'tool' | 'tool-text' | 'tool-varies'>
const NEW_VERSION: Readonly<Record<RequestWeight, Severity>> = {
  recipient: 'high',
  host: 'medium',
  request: 'medium',
  alike: 'low',
}
const EARLY: Readonly<Record<RequestWeight, Severity>> = {
  recipient: 'low',
  host: 'info',
  request: 'info',
  alike: 'info',
}
const LATER: Readonly<Record<RequestWeight, Severity>> = {
  recipient: 'medium',
  host: 'medium',
  request: 'low',
  alike: 'info',
}
