import type { PayloadFinding } from '../model/payload.ts'

const TEXT: Readonly<Record<PayloadFinding['provenance'], string>> = {
  none: "not in the call's arguments, the environment, the profile or any earlier response",
  response: 'only in an earlier response, which is not enough for this field',
  server: 'nobody but the server itself said it first',
}

/** Why a value in a request counts as unexplained, to a person. Null for a word that is none of ours. */
export function provenanceText(kind: string | null): string | null {
  return kind !== null && Object.hasOwn(TEXT, kind) ? TEXT[kind as keyof typeof TEXT] : null
}
