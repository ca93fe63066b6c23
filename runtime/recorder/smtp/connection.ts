import type { Socket } from 'node:net'
import { explainRequest } from '../explanation.ts'
import { type ConnectionEnd, connectionEnd } from '../inspect/connection-end.ts'
import type { Field, InspectedFlow } from '../inspect/inspection.ts'
import { recordMalformed } from '../inspect/malformed-request.ts'
import type { Relay } from '../relay.ts'
import { BrokenLine } from './line-reader.ts'
import { MAX_LINE, Sides } from './sides.ts'
import { carryHeldText, carryText } from './text.ts'
import { Transaction } from './transaction.ts'
import { authorization, BARE, offered, readCommand, readPath } from './words.ts'

/**
 * Begins TLS on both sides; null: it came to nothing, and the connection's end says why. `ready`: tells the client to
 * begin its own, once the destination's is verified.
 */
export type StartTls = (
  sides: { readonly client: Socket; readonly upstream: Socket },
  end: ConnectionEnd,
  ready: () => void,
) => Promise<{ readonly client: Socket; readonly upstream: Socket } | null>

export interface SmtpOptions {
  readonly inspected: InspectedFlow
  readonly client: Socket
  readonly upstream: Socket
  readonly startTls: StartTls
}

/** Carries a connection of SMTP (RFC 5321) one command at a time, each of them read before it goes on. */
export function smtpConnection(options: SmtpOptions): Relay {
  const end = connectionEnd()
  const sides = new Sides(options.client, options.upstream, end)
  void new Conversation(options, sides, end).run()
  return {
    ended: end.ended,
    counts: () => sides.counts(),
    drain: () => {
      end.orderly('server exited')
      sides.drain()
    },
    abort: (cause) => {
      end.cut(cause)
      sides.destroy()
    },
  }
}

class Conversation {
  readonly #inspected: InspectedFlow
  readonly #startTls: StartTls
  readonly #sides: Sides
  readonly #end: ConnectionEnd
  #mail: Transaction | null = null
  /** Said once, and holds for each mail. */
  #hello = ''
  #as: string | null = null

  constructor({ inspected, startTls }: SmtpOptions, sides: Sides, end: ConnectionEnd) {
    this.#inspected = inspected
    this.#startTls = startTls
    this.#sides = sides
    this.#end = end
  }

  /** Never rejects. */
  async run(): Promise<void> {
    this.#end.requestBegins()
    try {
      let goesOn = (await this.#sides.answer()) !== null
      while (goesOn) {
        const line = await this.#sides.near.line(MAX_LINE)
        goesOn = line !== null && (await this.#command(line))
      }
    } catch (error) {
      await this.#fail(error)
    }
    await this.#endMail().catch(() => undefined)
    this.#sides.close()
    this.#end.requestEnded()
  }

  /** False: nothing follows. */
  async #command(line: Buffer): Promise<boolean> {
    const { verb, argument } = readCommand(line)
    if (BARE.has(verb)) {
      if (verb === 'RSET') await this.#endMail()
      return (await this.#sides.ask(verb)) !== null && verb !== 'QUIT'
    }
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        await this.#endMail()
        this.#hello = argument
        return (await this.#sides.ask(`${verb} ${argument}`, offered)) !== null
      case 'AUTH':
        return this.#authenticate(argument)
      case 'STARTTLS':
        return this.#secure()
      case 'MAIL':
        return this.#from(argument)
      case 'RCPT':
        return this.#to(argument)
      case 'DATA':
        return this.#data()
      default:
        return this.#sides.refuse(502, '5.5.1', ['mcp-run does not carry this command'])
    }
  }

  async #from(argument: string): Promise<boolean> {
    if (this.#mail !== null) return this.#sides.refuse(503, '5.5.1', ['mcp-run: a mail is under way'])
    const path = readPath('FROM', argument)
    if (path === null) return this.#unclear()
    const fields: Field[] = [
      ['EHLO', this.#hello],
      ['MAIL FROM', path.address],
      ['MAIL parameters', path.parameters],
    ]
    if (this.#as !== null) fields.push(['Authorization', this.#as])
    const mail = await Transaction.begin(this.#inspected, fields)
    if (!(mail instanceof Transaction)) return this.#sides.refuse(550, '5.7.1', mail.refused.lines)
    this.#mail = mail
    mail.progress.sent = true
    const code = await this.#sides.ask(`MAIL ${argument}`)
    mail.progress.status = code
    if (code === null || code >= 400) await this.#endMail()
    return code !== null
  }

  async #to(argument: string): Promise<boolean> {
    const mail = this.#mail
    if (mail === null) return this.#noMail()
    if (mail.refused !== null) return this.#sides.refuse(550, '5.7.1', mail.refused.lines)
    const path = readPath('TO', argument)
    if (path === null) {
      await mail.refuse('malformed')
      return this.#unclear()
    }
    const refused = await mail.fields([
      ['RCPT TO', path.address],
      ['RCPT parameters', path.parameters],
    ])
    if (refused !== null) return this.#sides.refuse(550, '5.7.1', refused.lines)
    return (await this.#sides.ask(`RCPT ${argument}`)) !== null
  }

  async #data(): Promise<boolean> {
    const mail = this.#mail
    if (mail === null) return this.#noMail()
    if (mail.refused !== null) return this.#sides.refuse(554, '5.7.1', mail.refused.lines)
    const goesOn = await (mail.held ? carryHeldText : carryText)(this.#sides, mail)
    await this.#endMail()
    return goesOn
  }

  /** As whom is asked of each mail: what follows here goes to the destination alone. */
  async #authenticate(argument: string): Promise<boolean> {
    const [mechanism = '', ...said] = argument.split(/ +/)
    // What stands behind the first answer would go on unread (RFC 4954, 4).
    if (said.length > 1) return this.#sides.refuse(501, '5.5.4', ['mcp-run: AUTH takes one answer'])
    let code = await this.#sides.ask(`AUTH ${argument}`)
    while (code === 334) {
      const line = await this.#sides.near.line(MAX_LINE).catch((error: unknown) => {
        // What came is a password, or a part of one: its row is to name the command alone.
        throw error instanceof BrokenLine ? new BrokenLine(Buffer.from('AUTH')) : error
      })
      if (line === null) return false
      said.push(line.toString('latin1'))
      code = await this.#sides.ask(line.toString('latin1'))
    }
    if (code === 235) this.#as = authorization(mechanism.toUpperCase(), said)
    return code !== null
  }

  async #secure(): Promise<boolean> {
    const sides = this.#sides
    // What came before TLS would count as said inside of it.
    if (sides.near.ahead) throw new BrokenLine(Buffer.from('STARTTLS'))
    await this.#endMail()
    const code = await sides.ask('STARTTLS', () => null)
    if (code !== 220)
      return code !== null && sides.refuse(454, '4.7.0', ['mcp-run: the destination begins no TLS'])
    const secured = await this.#startTls(sides.sockets, this.#end, () => sides.tell('220 2.0.0 Go ahead'))
    if (secured === null) return false
    sides.secured(secured.client, secured.upstream)
    this.#hello = ''
    this.#as = null
    return true
  }

  #noMail(): Promise<boolean> {
    return this.#sides.refuse(503, '5.5.1', ['mcp-run: no mail is under way'])
  }

  #unclear(): Promise<boolean> {
    return this.#sides.refuse(501, '5.1.3', ['mcp-run: an address that can be read in two ways'])
  }

  async #fail(error: unknown): Promise<void> {
    try {
      if (!(error instanceof BrokenLine)) throw error
      if (this.#mail === null) await recordMalformed(this.#inspected, error.bytes)
      else await this.#mail.refuse('malformed')
      // Nothing is read any more, so that the client may not come to read it.
      void this.#sides.refuse(500, '5.5.2', explainRequest(this.#inspected.flow, 'malformed').lines)
    } catch {
      // The store failed, or what must not: nothing goes on.
      this.#end.cut('recorder failed')
      this.#sides.destroy()
    }
  }

  async #endMail(): Promise<void> {
    const mail = this.#mail
    this.#mail = null
    if ((await mail?.end()) === 'partial') this.#end.partial()
  }
}
