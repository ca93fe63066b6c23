import { labels, message, name, opt, question, record, words } from '../unit/protocol/dns-bytes.ts'
import type { Attack } from './rig/case.ts'
import { NO_NETWORK } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { framed, send } from './rig/kit.ts'
import type { Place } from './rig/place.ts'

const TXT = 16
const IN = 1

/**
 * A message that is no plain question, sent to an address of the case's own: whatever it says, it stays. Since none
 * of it is ever forwarded, its control is the sandbox that keeps the host's network.
 */
const sent = (
  row: number,
  title: string,
  bytes: (at: Place) => Buffer,
  way: 'udp' | 'tcp' | 'stream' = 'udp',
): Attack => {
  const transport = way === 'udp' ? 'udp' : 'tcp'
  return {
    row,
    title: `${title}, over ${way}`,
    // A stream is bytes of TCP with no length in front of them.
    script: (at) => send(transport, at.sink.v4, 53, [way === 'tcp' ? framed(bytes(at)) : bytes(at)]),
    denied: { in: 'dns', reason: 'malformed', row: ({ sink }) => ({ resolver: sink.v4, transport }) },
    proof: 'packets',
  }
}

const asked = (first: string | null, { domain }: Place, type = TXT): Buffer =>
  question(first === null ? name(...domain.split('.')) : name(first, ...domain.split('.')), type)

const label = (title: string, text: string): Attack =>
  sent(10, `${title} in a label`, (at) => message({ questions: [asked(text, at)] }))

const classed = (title: string, number: number): Attack =>
  sent(2, `class ${title}`, ({ domain }) => {
    return message({ questions: [Buffer.concat([name('x', ...domain.split('.')), words(TXT, number)])] })
  })

const opcode = (title: string, number: number): Attack =>
  sent(2, `opcode ${title}`, (at) => message({ flags: number << 11, questions: [asked('x', at)] }))

const secret = Buffer.from('the secret')

const attacks: readonly Attack[] = [
  label('a NUL byte', 'a\0b'),
  label('a control byte', 'a\x01b'),
  label('a line end', 'a\r\nb'),
  label('an escape sequence', 'a\x1b[2Jb'),
  label('a dot', 'a.b'),
  label('a wildcard', '*'),
  label('a space', 'a b'),
  label('a quotation mark', "');DROP TABLE dns;--"),
  label('markup', '<script>'),
  label('a byte above 127', 'a\xffb'),
  label('the raw bytes of a Cyrillic letter', Buffer.from('\u0430pi').toString('latin1')),
  label('a bidirectional control', Buffer.from('a\u202eb').toString('latin1')),
  classed('CHAOS', 3),
  classed('HESIOD', 4),
  classed('ANY', 255),
  opcode('UPDATE', 5),
  opcode('NOTIFY', 4),
  opcode('STATUS', 2),
  opcode('DSO', 6),
  sent(2, 'an answer', (at) => message({ flags: 0x8180, questions: [asked('x', at)] })),
  sent(2, 'two questions', (at) => message({ questions: [asked('x', at), asked('y', at)] })),
  sent(2, 'no question, data in an answer', (at) =>
    message({ answers: [record(name('x', ...at.domain.split('.')), TXT, secret)] }),
  ),
  sent(1, 'data in an answer', (at) =>
    message({ questions: [asked('x', at)], answers: [record(name('x'), TXT, secret)] }),
  ),
  sent(1, 'data behind the question', (at) =>
    Buffer.concat([message({ questions: [asked('x', at)] }), secret]),
  ),
  sent(1, 'two OPT records', (at) =>
    message({ questions: [asked('x', at)], additionals: [opt(1232), opt(1232)] }),
  ),
  sent(2, 'a name that points to itself', () =>
    message({ questions: [Buffer.concat([words(0xc00c, TXT, IN)])] }),
  ),
  sent(2, 'a label of 100 bytes', ({ domain }) => {
    const long = Buffer.concat([Buffer.from([100]), Buffer.alloc(100, 'a'), name(...domain.split('.'))])
    return message({ questions: [Buffer.concat([long, words(TXT, IN)])] })
  }),
  sent(2, 'a name of 300 bytes', ({ domain }) => {
    const long = Buffer.concat([...new Array(5).fill(labels('a'.repeat(60))), name(...domain.split('.'))])
    return message({ questions: [Buffer.concat([long, words(TXT, IN)])] })
  }),
  sent(1, 'bytes of no meaning', () => Buffer.alloc(900, 'secret')),
  sent(1, 'five bytes', () => secret.subarray(0, 5)),
  sent(1, 'an empty datagram', () => Buffer.alloc(0)),
  sent(2, 'no message', () => Buffer.alloc(0), 'stream'),
  sent(1, 'half a message', () => Buffer.from('\x01\0the secret', 'latin1'), 'stream'),
  sent(1, 'a line of text', () => Buffer.from('the secret\n'), 'stream'),
  sent(1, 'bytes of no meaning', () => Buffer.alloc(60_000, 'secret'), 'tcp'),
  sent(10, 'a NUL byte in a label', (at) => message({ questions: [asked('a\0b', at)] }), 'tcp'),
]

family({ attacks, control: NO_NETWORK })
