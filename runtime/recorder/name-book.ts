import type { AnsweredName } from '../policy/flow-facts.ts'

/** Addresses and names that one session may make the recorder remember. */
const CAPACITY = 50_000

/** By which a name has its declaration from another one. */
export interface Inheritance {
  readonly chain: readonly string[]
  readonly ports: readonly number[] | null
}

/**
 * What our DNS server has answered in this session: which names an address was given for, and which names
 * have their declaration from another one. The oldest entries make room.
 */
export interface NameBook {
  /** Notes that `name` was answered with these addresses. */
  answer(name: string, addresses: readonly string[]): void
  answeredWith(address: string): readonly AnsweredName[]
  /** How a name, answered with whatever address, comes by its declaration. */
  answerOf(name: string): AnsweredName
  wasAnswered(name: string, address: string): boolean
  inherit(name: string, from: Inheritance): void
  inherited(name: string): Inheritance | null
}

export function createNameBook(): NameBook {
  const names = new Map<string, Set<string>>()
  const heirs = new Map<string, Inheritance>()
  const answerOf = (name: string): AnsweredName => {
    const from = heirs.get(name)
    return { name, chain: from?.chain ?? [], inheritedPorts: from?.ports ?? null }
  }
  return {
    answer: (name, addresses) => {
      for (const address of addresses) {
        const known = names.get(address) ?? new Set()
        if (known.size < CAPACITY) known.add(name)
        names.delete(address)
        names.set(address, known)
      }
      forgetOldest(names)
    },
    answeredWith: (address) => [...(names.get(address) ?? [])].map(answerOf),
    answerOf,
    wasAnswered: (name, address) => names.get(address)?.has(name) ?? false,
    inherit: (name, from) => {
      if (!heirs.has(name)) heirs.set(name, from)
      forgetOldest(heirs)
    },
    inherited: (name) => heirs.get(name) ?? null,
  }
}

/** A Map keeps the order of insertion. */
function forgetOldest(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= CAPACITY) return
    map.delete(key)
  }
}
