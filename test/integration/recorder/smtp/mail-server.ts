import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { ServerCertificate } from '../inspect/certificates.ts'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** As it came: dots that were doubled are doubled. */
  readonly text: string
}

export interface MailServer {
  readonly server: Server
  /** Every command, in order, without a mail's text. */
  readonly commands: string[]
  readonly mails: ReceivedMail[]
}

/** A server as RFC 5321 has it, that takes what it gets; with a certificate, it begins TLS when asked. */
export function mailServer(certificate: ServerCertificate | null = null): MailServer {
  const commands: string[] = []
  const mails: ReceivedMail[] = []
  const serve = (socket: Socket, secured: boolean): void => {
    let rest = ''
    let from = ''
    let to: string[] = []
    let text: string | null = null
    let login = 0
    const say = (...lines: string[]): void => void socket.write(`${lines.join('\r\n')}\r\n`)
    const command = (line: string): void => {
      commands.push(line)
      const verb = line.slice(0, 4).toUpperCase()
      if (login > 0) say(--login > 0 ? '334 UGFzc3dvcmQ6' : '235 2.7.0 ok')
      else if (verb === 'EHLO')
        say(
          '250-mail',
          '250-PIPELINING',
          '250-8BITMIME',
          '250-CHUNKING',
          ...(certificate && !secured ? ['250-STARTTLS'] : []),
          '250-AUTH PLAIN LOGIN',
          '250 BINARYMIME',
        )
      else if (verb === 'STAR' && certificate) {
        socket.removeAllListeners('data')
        say('220 go')
        const tls = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(certificate) })
        tls.on('error', () => undefined)
        serve(tls, true)
      } else if (verb === 'AUTH') {
        const words = line.split(' ')
        login = words[1] === 'LOGIN' ? 2 : words[2] === undefined ? 1 : 0
        say(login > 0 ? '334 VXNlcm5hbWU6' : '235 2.7.0 ok')
      } else if (verb === 'MAIL') {
        from = line
        to = []
        say('250 2.1.0 ok')
      } else if (verb === 'RCPT') {
        to.push(line)
        say('250 2.1.5 ok')
      } else if (verb === 'DATA') {
        text = ''
        say('354 go on')
      } else if (verb === 'QUIT') {
        say('221 bye')
        socket.end()
      } else say('250 2.0.0 ok')
    }
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      rest += chunk.toString('latin1')
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        if (text === null) command(line)
        else if (line === '.') {
          mails.push({ from, to, text })
          text = null
          say('250 2.0.0 queued')
        } else text += `${line}\r\n`
      }
    })
  }
  const server = createServer((socket) => {
    serve(socket, false)
    socket.write('220 mail ESMTP\r\n')
  })
  return { server, commands, mails }
}
