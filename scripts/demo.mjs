// Runs a real MCP server from npm under its built-in profile with a real client, and shows what it contacted.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import pc from 'picocolors'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const mcpRun = join(root, 'dist', 'mcp-run.cjs')
const egress = join(root, 'dist', 'egress.cjs')
const store = mkdtempSync(join(tmpdir(), 'mcp-run-demo-'))

if (!existsSync(mcpRun)) must(process.execPath, [join(root, 'scripts', 'build.mjs')])
heading('1. What this machine can do')
must(process.execPath, [mcpRun, 'doctor', '--fix'])

heading('2. exa-mcp-server 3.4.1, installed and started in the sandbox, under its profile')
console.log(pc.dim(`$ mcp-run --profile exa --store ${store}`))
const client = new Client({ name: 'mcp-run-demo', version: '1.0.0' })
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: [mcpRun, '--profile', 'exa', '--store', store],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      ...extraCertificates(),
      EXA_API_KEY: process.env.EXA_API_KEY ?? 'demo',
    },
    stderr: 'inherit',
  }),
  { timeout: 180_000 },
)
const { tools } = await client.listTools()
console.log(`tools: ${tools.map(({ name }) => name).join(', ')}`)

heading('3. A search, through its tool')
const answer = await client
  .callTool({ name: 'web_search_exa', arguments: { query: 'Model Context Protocol' } }, undefined, {
    timeout: 60_000,
  })
  .catch((error) => ({ content: [{ type: 'text', text: `the call failed: ${error.message}` }] }))
console.log(oneLine(answer.content?.[0]?.text ?? '(no text)'))
await client.close()

heading('4. What it contacted')
console.log(pc.dim('$ egress report --server exa'))
must(process.execPath, [egress, 'report', '--server', 'exa', '--store', store])
const report = JSON.parse(read(['report', '--server', 'exa', '--store', store, '--format', 'json']))
heading('5. In short')
console.log(summary(report))
console.log(pc.dim(`The history stays in ${store}: egress alerts --store ${store}`))

/** Only what the report holds: with and without internet it says what happened. */
function summary({ servers, alerts }) {
  const reached = servers
    .flatMap(({ destinations }) => destinations)
    .filter(({ phase, bytesSent }) => phase === 'run' && bytesSent > 0)
  const lines = reached.map(
    ({ name, port, bytesSent, bytesReceived }) =>
      `${name}:${port} was reached: ${bytesSent} bytes sent, ${bytesReceived} received.`,
  )
  if (reached.length === 0)
    lines.push('Nothing was reached while the server ran (no internet here, or no working key).')
  const stopped = new Set(
    alerts
      .filter(({ action }) => action === 'denied')
      .map(({ destination }) => destination.name ?? destination.address),
  )
  for (const name of stopped) lines.push(`${name} is not declared, was tried, and got nothing.`)
  if (stopped.size === 0) lines.push('Nothing undeclared was tried.')
  return lines.join('\n')
}

function heading(text) {
  console.log(`\n${pc.bold(text)}`)
}

function oneLine(text) {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

function extraCertificates() {
  const file = process.env.NODE_EXTRA_CA_CERTS
  return file === undefined ? {} : { NODE_EXTRA_CA_CERTS: file }
}

function must(program, args) {
  const { status } = spawnSync(program, args, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

function read(args) {
  return spawnSync(process.execPath, [egress, ...args], { encoding: 'utf8' }).stdout
}
