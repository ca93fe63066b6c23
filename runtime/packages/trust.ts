import { McpRunError } from '../model/errors.ts'
import { KNOWN_SERVERS } from './known-servers.ts'
import { HOW, type Resemblance, resemblance } from './resemblance.ts'

/** What a person, or a profile in their name, has said of the packages that may be installed. */
export interface Trust {
  /** Whether a profile describes this very package. */
  readonly profiled: boolean
  /** Widely used packages of the same registry, and those that profiles name: asked only before an installation. */
  readonly genuine: () => readonly string[]
  /** Names that are meant as they are written, though they resemble others. */
  readonly acceptedNames: readonly string[]
  /** See ProfilePackage; empty: as pinned last. */
  readonly publishers: readonly string[]
  /** Milliseconds. */
  readonly minAge: number
  /** Packages, by name, whose install scripts run. */
  readonly allowScripts: readonly string[]
  /** The same of those that are of no registry, and could call themselves anything: a person's own word alone. */
  readonly allowPlacedScripts: readonly string[]
  /** What an archive must call itself; null: anything. */
  readonly expects: string | null
  /** A person has seen who publishes it now, and takes it. */
  readonly accept: boolean
}

export const DEFAULT_MIN_AGE = 24 * 3_600_000

/** Nobody has said anything. */
export const STRICT: Trust = {
  profiled: false,
  genuine: () => KNOWN_SERVERS,
  acceptedNames: [],
  publishers: [],
  minAge: DEFAULT_MIN_AGE,
  allowScripts: [],
  allowPlacedScripts: [],
  expects: null,
  accept: false,
}

export interface NameJudgement {
  readonly resembles: string | null
  /** A line for a person; null where there is nothing to say. */
  readonly warning: string | null
}

/**
 * Before anything is asked or installed. Throws `usage` for a name that could be taken for a widely used one, where no
 * profile, no pin and no person says that it is meant.
 */
export function judgeName(name: string, trust: Trust, pinned: boolean): NameJudgement {
  const found = resemblance(name, trust.genuine())
  if (found === null) return { resembles: null, warning: null }
  if (trust.profiled || pinned || trust.acceptedNames.includes(name)) {
    return { resembles: found.genuine, warning: resemblesText(name, found) }
  }
  throw new McpRunError('usage', resemblesText(name, found), {
    hint: `${found.genuine}, if that was meant; else --accept-name ${name}`,
  })
}

function resemblesText(name: string, { genuine, how }: Resemblance): string {
  return `${name} is not ${genuine}, which many run: ${HOW[how]}`
}
