import { addressText } from './address-text.ts'
import {
  type Attributes,
  attribute,
  dumpAnswers,
  dumpRequest,
  eachAttribute,
  readAttributes,
  sendRequest,
} from './netlink.ts'
import { TABLE } from './rules.ts'

const NFT_MSG_GETSETELEM = 13
const NFT_MSG_GETOBJ = 19
const OBJ = { table: 1, name: 2, type: 3, data: 4 } as const
const NFT_OBJECT_COUNTER = 1
const COUNTER = { bytes: 1, packets: 2 } as const
const LIST = { table: 1, set: 2, elements: 3 } as const
const ELEMENT = { key: 1, expression: 7 } as const
const DATA_VALUE = 1
const EXPRESSION_DATA = 2
/** IANA protocol numbers with a name that people know. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'icmp',
  2: 'igmp',
  4: 'ipip',
  17: 'udp',
  33: 'dccp',
  41: 'ipv6',
  47: 'gre',
  50: 'esp',
  58: 'ipv6-icmp',
  132: 'sctp',
  136: 'udplite',
}

/** What the kernel dropped for one destination since the sandbox began. */
export interface DropCount {
  readonly address: string
  readonly port: number
  readonly transport: string
  readonly packets: number
  readonly bytes: number
}

const SETS = ['udp4', 'udp6', 'other4', 'other6'] as const
const QUESTIONS = ['dropped', ...SETS] as const

/** `dropped`: all packets; the rest: a set of counts by destination. */
export type DropQuestion = (typeof QUESTIONS)[number]

/** What each question is to the kernel, for whoever may ask it. */
export function dropRequests(): Readonly<Record<DropQuestion, Buffer>> {
  const type = Buffer.alloc(4)
  type.writeUInt32BE(NFT_OBJECT_COUNTER)
  const object = [attribute(OBJ.table, TABLE), attribute(OBJ.type, type)]
  const entries = QUESTIONS.map((question, index) => {
    const set = [attribute(LIST.table, TABLE), attribute(LIST.set, question)]
    const request =
      question === 'dropped'
        ? dumpRequest(NFT_MSG_GETOBJ, index, object)
        : dumpRequest(NFT_MSG_GETSETELEM, index, set)
    return [question, request] as const
  })
  return Object.fromEntries(entries) as Record<DropQuestion, Buffer>
}

/** The kernel's counts: asked for in one way or another, and answered on the socket. */
export interface DropSource {
  readonly netfilter: number
  ask(question: DropQuestion): void
}

/** For a process that may ask itself. */
export function askDirectly(netfilter: number): DropSource {
  const requests = dropRequests()
  return { netfilter, ask: (question) => sendRequest(netfilter, requests[question]) }
}

const ANSWER_MS = 2000

function answers({ netfilter, ask }: DropSource, question: DropQuestion): AsyncGenerator<readonly Buffer[]> {
  ask(question)
  return dumpAnswers(netfilter, QUESTIONS.indexOf(question), ANSWER_MS)
}

/** All packets that were dropped, those with no place in a set included. */
export async function droppedPackets(source: DropSource): Promise<number> {
  let packets = 0
  for await (const bodies of answers(source, 'dropped')) {
    for (const body of bodies) {
      const object = readAttributes(body)
      if (object.get(OBJ.name)?.toString('latin1') !== 'dropped\0') continue
      packets = counter(object.get(OBJ.data)).packets
    }
  }
  return packets
}

/** The counts by destination, a batch at a time, so that a caller can let others run between. */
export async function* dropCounts(source: DropSource): AsyncGenerator<readonly DropCount[]> {
  for (const set of SETS) {
    for await (const bodies of answers(source, set)) {
      yield bodies.flatMap((body) => elements(readAttributes(body), set))
    }
  }
}

function elements(list: Attributes, set: string): DropCount[] {
  const counts: DropCount[] = []
  for (const [, element] of eachAttribute(list.get(LIST.elements) ?? Buffer.alloc(0))) {
    const attributes = readAttributes(element)
    const key = readAttributes(attributes.get(ELEMENT.key) ?? Buffer.alloc(0)).get(DATA_VALUE)
    const expression = readAttributes(attributes.get(ELEMENT.expression) ?? Buffer.alloc(0))
    // A key is its parts, each padded to four bytes.
    const width = set.endsWith('4') ? 4 : 16
    if (key === undefined || key.length < width + 2) continue
    const udp = set.startsWith('udp')
    const protocol = key.readUInt8(width)
    counts.push({
      address: addressText(key.subarray(0, width)),
      port: udp ? key.readUInt16BE(width) : 0,
      transport: udp ? 'udp' : (PROTOCOLS[protocol] ?? `proto-${protocol}`),
      ...counter(expression.get(EXPRESSION_DATA)),
    })
  }
  return counts
}

function counter(data: Buffer | undefined): { packets: number; bytes: number } {
  const attributes = readAttributes(data ?? Buffer.alloc(0))
  const read = (type: number): number => Number(attributes.get(type)?.readBigUInt64BE() ?? 0n)
  return { packets: read(COUNTER.packets), bytes: read(COUNTER.bytes) }
}
