import type { NameSource } from '../model/destination.ts'
import { normaliseName } from '../model/name.ts'
import { canonicalAddress } from './address-bytes.ts'
import type { AnsweredName, FlowFacts } from './flow-facts.ts'

export interface Candidate {
  readonly name: string
  /** How our DNS server came to answer this name with the address: not at all, or in one or more ways. */
  readonly ways: readonly AnsweredName[]
}

/** Whom a connection is meant for, as far as its first bytes and our DNS answers tell. */
export interface Identity {
  /** The names it may be meant for: none, one, or several that nothing tells apart. */
  readonly names: readonly Candidate[]
  readonly source: NameSource
  readonly problem: 'malformed' | 'name-mismatch' | null
}

/** The client's own word goes first; it is checked against addresses after resolution. */
export function identify(facts: FlowFacts, address: string): Identity {
  const { first } = facts
  if (first.kind === 'malformed') return { ...byAnswers(facts.answered), problem: 'malformed' }
  if (first.kind === 'tls') return byWord(facts, address, spoken(first.sni), 'tls_sni')
  if (first.kind !== 'http') return byAnswers(facts.answered)
  const host = spoken(first.host)
  const target = spoken(first.absolute?.host ?? null)
  if (host === 'malformed' || target === 'malformed') return { ...NOBODY, problem: 'malformed' }
  // An absolute target is what a server goes by, whatever Host says (RFC 9112, 3.2.2).
  const identity = byWord(facts, address, target ?? host, 'http_host')
  const agree = host === null || target === null || host.text === target.text
  const ports = [first.hostPort, first.absolute?.port ?? null]
  if (agree && ports.every((port) => port === null || port === facts.port)) return identity
  return { ...identity, problem: 'name-mismatch' }
}

interface Word {
  readonly kind: 'name' | 'literal'
  /** Normalised, or canonical. */
  readonly text: string
}

const NOBODY: Identity = { names: [], source: 'none', problem: null }

function spoken(text: string | null): Word | 'malformed' | null {
  if (text === null || text === '') return null
  const name = normaliseName(text)
  if (name !== null) return { kind: 'name', text: name }
  const bracketed = text.startsWith('[') && text.endsWith(']')
  const literal = canonicalAddress(bracketed ? text.slice(1, -1) : text)
  return literal === null ? 'malformed' : { kind: 'literal', text: literal }
}

function byWord(
  facts: FlowFacts,
  address: string,
  word: Word | 'malformed' | null,
  source: NameSource,
): Identity {
  if (word === null) return byAnswers(facts.answered)
  if (word === 'malformed') return { ...NOBODY, problem: 'malformed' }
  // A literal names no one: the address alone counts, and it must be the one that was dialled.
  if (word.kind === 'literal') return { ...NOBODY, problem: word.text === address ? null : 'name-mismatch' }
  const ways = facts.answered.filter((answer) => answer.name === word.text)
  return { names: [{ name: word.text, ways }], source, problem: null }
}

/** Every name that our DNS server answered with the address may be the one. */
export function byAnswers(answered: readonly AnsweredName[]): Identity {
  const ways = new Map<string, AnsweredName[]>()
  for (const answer of answered) ways.set(answer.name, [...(ways.get(answer.name) ?? []), answer])
  return {
    names: Array.from(ways, ([name, found]) => ({ name, ways: found })),
    source: ways.size > 0 ? 'dns_answer' : 'none',
    problem: null,
  }
}
