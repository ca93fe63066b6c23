/**
 * generator.cjs HOST PORT PROXY_PORT: reads a command a line, and answers each with a line of JSON when it is done:
 *   keep-alive SECONDS CONNECTIONS [REQUESTS, at most] | known COUNT | new COUNT
 * A known name is HOST, a new one any below it that was not asked for before.
 */
import { createInterface } from 'node:readline'
import { Connection, type Way } from './connection.ts'
import { mailRequest } from './mail.ts'

const [host = '', port, proxyPort] = process.argv.slice(2)
const way: Way = { port: Number(port), proxyPort: Number(proxyPort) }
const request = mailRequest(host)
let sent = 0
let names = 0
let firstError: string | null = null

interface Answer {
  readonly times: readonly number[]
  readonly seconds: number
  readonly failed: number
}

/** As many requests as answers come for: each connection has one under way. */
async function keepAlive(seconds: number, count: number, most: number): Promise<Answer> {
  const times: number[] = []
  let failed = 0
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(host, way)))
  await Promise.all(connections.map((connection) => connection.ask(request(++sent))))
  const began = performance.now()
  const until = began + seconds * 1000
  const carry = async (connection: Connection): Promise<void> => {
    try {
      for (let at = performance.now(); at < until && times.length < most; ) {
        await connection.ask(request(++sent))
        const now = performance.now()
        times.push(now - at)
        at = now
      }
    } catch (error) {
      failed += fault(error)
    }
  }
  await Promise.all(connections.map(carry))
  const ended = performance.now()
  for (const connection of connections) connection.close()
  return { times, seconds: (ended - began) / 1000, failed }
}

/** One connection after the other, from before the name is looked up to the end of the first answer. */
async function firstContacts(count: number, nameOf: () => string): Promise<Answer> {
  const times: number[] = []
  let failed = 0
  const began = performance.now()
  for (let index = 0; index < count; index++) {
    const name = nameOf()
    const mail = mailRequest(name)(++sent)
    const at = performance.now()
    try {
      const connection = await Connection.open(name, way)
      await connection.ask(mail)
      times.push(performance.now() - at)
      connection.close()
    } catch (error) {
      failed += fault(error)
    }
  }
  return { times, seconds: (performance.now() - began) / 1000, failed }
}

function fault(error: unknown): 1 {
  firstError ??= String(error)
  return 1
}

async function run(line: string): Promise<Answer> {
  const [command, amount = '', count = '', most = 'Infinity'] = line.split(' ')
  switch (command) {
    case 'keep-alive':
      return keepAlive(Number(amount), Number(count), Number(most))
    case 'known':
      return firstContacts(Number(amount), () => host)
    case 'new':
      return firstContacts(Number(amount), () => `n${++names}.${host}`)
    default:
      throw new Error(`no command: ${line}`)
  }
}

function quantile(sorted: readonly number[], at: number): number {
  return sorted[Math.floor(at * (sorted.length - 1))] ?? Number.NaN
}

const lines = createInterface({ input: process.stdin })
lines.on('line', async (line) => {
  const { times, seconds, failed } = await run(line).catch((error) => ({
    ...{ times: [], seconds: 0, failed: fault(error) },
  }))
  if (firstError !== null) process.stderr.write(`${firstError}\n`)
  firstError = null
  const sorted = [...times].sort((a, b) => a - b)
  const [p50, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.99)]
  process.stdout.write(`${JSON.stringify({ requests: times.length, seconds, p50, p99, failed })}\n`)
})
lines.on('close', () => process.exit(0))
