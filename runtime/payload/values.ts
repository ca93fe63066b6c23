import { newMessage } from './message-reader.ts'
import { mayHold } from './quick-look.ts'
import { ANY, type FoundValue } from './text/found.ts'
import { placedHosts } from './text/placed-hosts.ts'
import { textValues } from './text/text-values.ts'
import { visible } from './text/visible-text.ts'

export type { FoundValue } from './text/found.ts'

/**
 * Mail addresses, URLs and bare hosts in a text, and in what it says decoded: everything that a request finder could
 * take for one, wherever it stood, so that what is found there is found here. Bounded, in linear time.
 */
export function findValues(text: string): readonly FoundValue[] {
  if (!mayHold(text)) return []
  const found = new Map<string, FoundValue>()
  const add = ({ kind, value }: FoundValue): void => {
    if (found.size < MAX_VALUES) found.set(`${kind} ${value}`, { kind, value })
  }
  const message = newMessage({ rules: [], sharing: false, all: false }, (one, _, cut) => {
    for (const value of textValues(one, ANY, cut)) add(value)
    if (cut === 'whole') for (const value of placedHosts(one, 'host')) add({ kind: 'host', value })
  })
  const field = message.fields.body(null)
  message.unfold.text(text.slice(0, MAX_TEXT), { field, encoding: [], layers: 0, whole: true })
  return [...found.values()]
}

/** How a sink's whole value is compared: in NFKC without what draws nothing, trimmed, in small letters. */
export function wholeValue(text: string): string {
  return visible(text).trim().toLowerCase()
}

const MAX_TEXT = 1_048_576
const MAX_VALUES = 4096
