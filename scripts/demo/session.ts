import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { programOf, type Version } from '../../test/fixtures/postmark-mcp/versions.ts'
import { type DemoInternet, TOKEN } from './internet.ts'

export interface DemoPlace {
  readonly internet: DemoInternet
  /** mcp-run.cjs. */
  readonly program: string
  readonly store: string
  /** Where the server is, as after `npm install`. */
  readonly folder: string
  readonly authorityFile: string
}

export const SENDER = 'shop@sender.example'
export const MAIL = {
  to: 'alice@customer.example',
  subject: 'Your order',
  textBody: 'It is on its way.',
} as const

/** A client that starts one version under mcp-run and sends one mail. Gives the texts of the tool's result. */
export async function sendOneMail(
  { internet, program, store, folder, authorityFile }: DemoPlace,
  version: Version,
  options: readonly string[],
  say: (line: string) => void,
): Promise<readonly string[]> {
  writeFileSync(join(folder, 'index.mjs'), programOf(version))
  const sandbox = ['--sandbox', 'native', '--store', store]
  const server = ['--', 'node', './index.mjs']
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, '--profile', 'postmark', ...sandbox, ...options, ...server],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      HTTPS_PROXY: internet.proxy,
      NODE_EXTRA_CA_CERTS: authorityFile,
      POSTMARK_SERVER_TOKEN: TOKEN,
      DEFAULT_SENDER_EMAIL: SENDER,
      DEFAULT_MESSAGE_STREAM: 'outbound',
    },
    cwd: folder,
    stderr: 'pipe',
  })
  createInterface({ input: transport.stderr as Readable }).on('line', say)
  const client = new Client({ name: 'mcp-run-demo', version: '1.0.0' })
  await client.connect(transport, { timeout: 30_000 })
  const { content } = await client.callTool({ name: 'sendEmail', arguments: { ...MAIL } })
  await client.close()
  return (content as { text?: string }[]).map(({ text = '' }) => text)
}
