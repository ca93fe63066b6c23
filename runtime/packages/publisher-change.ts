import { escapeText } from '../model/text.ts'
import type { Facts } from './pin.ts'

/** What differs in who vouches for a version, in sentences without an end. */
export interface PublisherChange {
  /** What a person has to accept before anything is run. */
  readonly serious: readonly string[]
  /** What they are told. */
  readonly minor: readonly string[]
}

/** Of the version that is there now against the one that was pinned last. What was not known then cannot change. */
export function publisherChange(before: Facts, now: Facts): PublisherChange {
  const serious: string[] = []
  const minor: string[] = []
  const sameSource = isSameSource(before, now)
  const { user, maintainers } = before.publisher
  const added = now.publisher.maintainers.filter((name) => !maintainers.includes(name))
  const removed = maintainers.filter((name) => !now.publisher.maintainers.includes(name))
  if (user !== null && now.publisher.user !== user) {
    const by = now.publisher.user
    const text = `published by ${by === null ? 'nobody that the registry names' : name(by)}, before by ${name(user)}`
    // A maintainer of old, or the same repository's own workflow, is no stranger.
    const known = by !== null && (maintainers.includes(by) || sameSource)
    ;(known ? minor : serious).push(text)
  }
  if (maintainers.length > 0) {
    if (added.length > 0) serious.push(`new maintainers: ${names(added)}`)
    if (removed.length > 0) minor.push(`no longer maintainers: ${names(removed)}`)
  }
  if (before.signature.state === 'verified') {
    if (now.signature.state !== 'verified')
      serious.push('not signed by the registry, which signed the one before')
    else if (now.signature.keyid !== before.signature.keyid) minor.push('signed with another key')
  }
  if (before.provenance.state === 'verified') {
    if (now.provenance.state !== 'verified')
      serious.push(`nothing proves where it was built, before ${name(before.provenance.repository)}`)
    else if (!sameSource) {
      const [from, to] = [before.provenance.repository, now.provenance.repository]
      serious.push(`built from ${name(to)}, before from ${name(from)}`)
    }
  }
  if (before.registry !== null && now.registry !== null && before.registry !== now.registry)
    minor.push(`from ${name(now.registry)}, before from ${name(before.registry)}`)
  return { serious, minor }
}

function isSameSource(before: Facts, now: Facts): boolean {
  return (
    before.provenance.state === 'verified' &&
    now.provenance.state === 'verified' &&
    before.provenance.repository === now.provenance.repository
  )
}

function name(text: string): string {
  return escapeText(text, 100)
}

function names(all: readonly string[]): string {
  return all.map(name).join(', ')
}
