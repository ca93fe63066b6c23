import type { Field } from '../fields.ts'
import { JsonWalk, type ScalarType } from '../json-walk.ts'
import { mayHold, nameMayHold } from '../quick-look.ts'
import { inField, type Spot } from '../spot.ts'
import { type Cut, cutAtStart } from '../text/cut-text.ts'
import { Companions, type Scalar } from './companions.ts'
import type { Message, Reader } from './reader.ts'

/** JSON in UTF-8: fields are pointers, within `outer` where the document stands in another field. */
export function jsonReader(message: Message, spot: Spot, outer: Field | null): Reader {
  const { fields, unfold } = message
  const names = outer === null ? message.names : null
  const at = (pointer: string, whole: boolean) => inField(spot, fields.pointer(pointer, outer), whole)
  const isSink = (pointer: string): boolean => {
    if (!fields.wantsWhole) return false
    const { wholeSinks, inSink } = at(pointer, true).field
    return inSink || wholeSinks.length > 0
  }
  const companions = new Companions(({ pointer, text }, recipient) => {
    if (!fields.wantsAll && !mayHold(text) && !isSink(pointer)) return
    const found = at(pointer, true)
    unfold.text(text, recipient ? { ...found, field: fields.asRecipient(found.field) } : found)
  })
  const onScalar = (pointer: string, text: string, type: ScalarType, cut: Cut): void => {
    if (type === 'key') {
      if (names !== null && !cutAtStart(cut)) names.member(pointer, cut === 'whole' ? text : null)
      if (nameMayHold(text)) unfold.text(text, at(pointer, false), cut)
    } else if (cut === 'whole' && type === 'string') companions.add({ pointer, text } satisfies Scalar)
    else if (cut !== 'whole') unfold.text(text, at(pointer, true), cut)
    else if (type === 'number' ? fields.wantsAll || isSink(pointer) : !NO_VALUE.test(text) && mayHold(text))
      unfold.text(text, at(pointer, true))
  }
  const walk = new JsonWalk(onScalar)
  return {
    push: (bytes) => walk.push(bytes),
    end: () => {
      walk.end()
      companions.end()
      // A service may read members there that are none to us.
      if (!fields.hasPointers) return
      if (walk.isDeep) message.work.note('nested too deeply')
      if (outer === null && !walk.isPlain) message.work.note('a body that is no plain JSON')
    },
  }
}

const NO_VALUE = /^(?:null|true|false)$/
