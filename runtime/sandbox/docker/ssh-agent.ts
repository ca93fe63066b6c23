import { spawn } from 'node:child_process'
import { Agent, type ClientRequestArgs } from 'node:http'
import { Duplex } from 'node:stream'

/**
 * Connections to an engine behind ssh, as docker's own client makes them: the user's ssh with all its settings
 * runs `docker system dial-stdio` over there, once a connection.
 */
export function sshAgent(url: string): Agent {
  const { username, hostname, port } = new URL(url)
  const args = [
    ...(username === '' ? [] : ['-l', decodeURIComponent(username)]),
    ...(port === '' ? [] : ['-p', port]),
    ...['-o', 'ConnectTimeout=30', '-T', '--', hostname, 'docker', 'system', 'dial-stdio'],
  ]
  return new SshAgent(args)
}

class SshAgent extends Agent {
  readonly #args: readonly string[]
  constructor(args: readonly string[]) {
    super()
    this.#args = args
  }
  override createConnection(_options: ClientRequestArgs): Duplex {
    const child = spawn('ssh', this.#args, { stdio: ['pipe', 'pipe', 'pipe'] })
    const stream = Duplex.from({ readable: child.stdout, writable: child.stdin })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk).slice(-1000)
    })
    child.once('error', (error) => stream.destroy(error))
    child.once('exit', (code) => {
      if (code !== 0) stream.destroy(new Error(`ssh ended with ${code}: ${said.trim()}`))
    })
    stream.once('close', () => child.kill())
    // What an HTTP client expects of a socket.
    return Object.assign(stream, {
      setKeepAlive: () => stream,
      setNoDelay: () => stream,
      setTimeout: () => stream,
      ref: () => stream,
      unref: () => stream,
    })
  }
}
