/** Messages written by hand, so that what no encoder would write can be tried too. */
export function words(...values: readonly number[]): Buffer {
  return Buffer.from(values.flatMap((value) => [(value >> 8) & 255, value & 255]))
}

/** Labels as they stand on the wire, without the root's. */
export function labels(...texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')])),
  )
}

export function name(...texts: readonly string[]): Buffer {
  return Buffer.concat([labels(...texts), Buffer.alloc(1)])
}

export function pointer(offset: number): Buffer {
  return words(0xc000 | offset)
}

/** A question of class IN. */
export function question(asked: Buffer, type: number): Buffer {
  return Buffer.concat([asked, words(type, 1)])
}

/** A record of class IN with a TTL of 60 s. */
export function record(owner: Buffer, type: number, rdata: Buffer, recordClass = 1): Buffer {
  return Buffer.concat([owner, words(type, recordClass, 0, 60, rdata.length), rdata])
}

export interface Sections {
  readonly id?: number
  readonly flags?: number
  readonly questions?: readonly Buffer[]
  readonly answers?: readonly Buffer[]
  readonly authorities?: readonly Buffer[]
  readonly additionals?: readonly Buffer[]
}

export function message(sections: Sections): Buffer {
  const { questions = [], answers = [], authorities = [], additionals = [] } = sections
  const parts = [questions, answers, authorities, additionals]
  const header = words(sections.id ?? 0x1234, sections.flags ?? 0x0100, ...parts.map((part) => part.length))
  return Buffer.concat([header, ...parts.flat()])
}

/** An OPT record with this size, flags and upper bits of the code. */
export function opt(size: number, flags = 0, upperRcode = 0): Buffer {
  return Buffer.concat([Buffer.alloc(1), words(41, size, upperRcode << 8, flags, 0)])
}
