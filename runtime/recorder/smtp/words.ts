import { isUtf8 } from 'node:buffer'
import { mailAddresses } from '../../payload/text/mail-text.ts'

/** A command of a client's, as RFC 5321 has them. */
export interface Command {
  /** In capitals. */
  readonly verb: string
  readonly argument: string
}

export function readCommand(line: Buffer): Command {
  const [, verb = '', argument = ''] = /^([A-Za-z0-9]{1,12})(?: +(.*))?$/s.exec(line.toString('latin1')) ?? []
  return { verb: verb.toUpperCase(), argument: argument.trim() }
}

/** What is carried on without its argument: nothing can be sent in it. */
export const BARE = new Set(['NOOP', 'HELP', 'RSET', 'QUIT'])

/** Of `MAIL FROM:<…>` and `RCPT TO:<…>`: the address, and the parameters behind it; null: it can be read in two ways. */
export function readPath(
  word: 'FROM' | 'TO',
  argument: string,
): { readonly address: string; readonly parameters: string } | null {
  const [, name = '', address = '', parameters = ''] = PATH.exec(argument) ?? []
  if (name.toUpperCase() !== word) return null
  // Nobody is the sender of a bounce, but a recipient there must be.
  if (address === '') return word === 'TO' ? null : { address, parameters }
  // The destination's own (RFC 5321, 4.5.1).
  const isOwn = address.toLowerCase() === 'postmaster'
  return isOwn || isWeighed(address) ? { address, parameters } : null
}

/** Whether what is weighed is the whole of it: what goes on is no other address, nor one that is taken for none. */
function isWeighed(address: string): boolean {
  const bytes = Buffer.from(address, 'latin1')
  if (!isUtf8(bytes)) return false
  const text = bytes.toString('utf8')
  const local = text.slice(0, text.indexOf('@')).toLowerCase()
  return mailAddresses(text, 'any', []).some(
    ({ value, end }) => end === text.length && value.startsWith(`${local}@`),
  )
}

/** Quoted parts, source routes and `%` send elsewhere than the address seems to say (RFC 5321, appendix C, F.2). */
const PATH = /^(FROM|TO): ?<((?:[^\s<>@"%!:,;\\]+@[^\s<>@"%!,;\\]+|postmaster)?)>((?: [^\s<>]+)*)$/i

/** Extensions by which more would be said at once, or in another framing, than is read here. */
const WITHHELD = /^(?:PIPELINING|CHUNKING|BINARYMIME|BURL|XCLIENT|XFORWARD|XEXCH50|ETRN|TURN|ATRN)\b/i

/** A line of the answer to EHLO, as the client gets it; null: not at all. */
export function offered(line: string): string | null {
  return WITHHELD.test(line.slice(4)) ? null : line
}

/** The recorder's own answer. `status`: RFC 3463's. */
export function refusal(code: number, status: string, lines: readonly string[]): Buffer {
  const text = lines.map(
    (line, index) => `${code}${index < lines.length - 1 ? '-' : ' '}${status} ${line}\r\n`,
  )
  return Buffer.from(text.join(''), 'latin1')
}

/** As whom the client speaks, in the form of HTTP's header; null: not to be told from what was said. */
export function authorization(mechanism: string, answers: readonly string[]): string | null {
  const plain = answers.map((answer) => Buffer.from(answer, 'base64').toString('utf8'))
  const basic = (user: string, password: string): string =>
    `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  if (mechanism === 'PLAIN') {
    const [, user = '', password = ''] = (plain[0] ?? '').split('\0')
    return basic(user, password)
  }
  if (mechanism === 'LOGIN') return basic(plain[0] ?? '', plain[1] ?? '')
  // XOAUTH2 and OAUTHBEARER.
  const parts = (plain[0] ?? '').split('\u0001')
  return parts.find((part) => /^auth=bearer /i.test(part))?.slice('auth='.length) ?? null
}
