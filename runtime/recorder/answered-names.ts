import type { AnsweredName } from '../policy/flow-facts.ts'
import type { NameBook } from './name-book.ts'
import type { Sinkhole } from './sinkhole.ts'

/** Every name that our DNS server gave this address for, be it a real one or of the sinkhole. */
export function answeredNames(
  { names, sinkhole }: { readonly names: NameBook; readonly sinkhole: Sinkhole },
  address: string,
): readonly AnsweredName[] {
  const name = sinkhole.nameOf(address)
  return name === null ? names.answeredWith(address) : [names.answerOf(name)]
}
