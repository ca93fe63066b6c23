import { escapeText } from '../model/text.ts'
import type { Facts, Provenance, Signature } from './pin.ts'

const NOBODY = 'from no registry: who published it is not known, and nobody signed it'

/** One line on who stands behind a version. */
export function factsText(facts: Facts): string {
  if (facts.signature.state === 'no-registry') return NOBODY
  return [publishedText(facts), signatureText(facts.signature), provenanceText(facts.provenance)].join('; ')
}

export function publishedText({ published, publisher }: Facts): string {
  const when =
    published === null
      ? 'the registry does not say when'
      : `published ${published.slice(0, 16).replace('T', ' ')}`
  const who = publisher.user === null ? 'nor by whom' : `by ${escapeText(publisher.user, 100)}`
  if (published === null)
    return publisher.user === null ? `${when} ${who} it was published` : `published ${who}, ${when}`
  return publisher.user === null ? `${when}, by whom the registry does not say` : `${when} ${who}`
}

export function signatureText(signature: Signature): string {
  switch (signature.state) {
    case 'verified':
      return 'signed by the registry'
    case 'unsigned-registry':
      return 'unsigned registry'
    case 'unsigned':
      return 'not signed, though the registry signs'
    case 'no-registry':
      return NOBODY
    case 'unchecked':
      return `signature not checked: ${escapeText(signature.why, 200)}`
  }
}

export function provenanceText(provenance: Provenance): string {
  switch (provenance.state) {
    case 'verified': {
      const { repository, workflow, commit } = provenance
      const details = [workflow, commit?.slice(0, 12)].filter((part) => part !== null && part !== undefined)
      const text = details.length === 0 ? repository : `${repository} (${details.join(', ')})`
      return `built from ${escapeText(text, 300)}`
    }
    case 'none':
      return 'no provenance'
    case 'unverified':
      return `provenance not proved: ${escapeText(provenance.why, 200)}`
  }
}
