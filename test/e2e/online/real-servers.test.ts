import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadProfile } from '../../../profiles/load.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { engineEnvironment, startInternet, withSandbox } from '../../fixtures/product/sandbox.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mcp-run-real-'))
const store = join(folder, 'store')
const files = join(folder, 'files')
mkdirSync(files)
writeFileSync(join(files, 'note.txt'), 'forty-two')
// Where the engine's own network lies is of no matter: mcp-run itself records, and dials from here.
let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(async () => {
  await internet?.close()
  rmSync(folder, { recursive: true, force: true })
})

interface RealServer {
  readonly server: string
  /** What stands where npx's arguments stood. */
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly tool: string
  readonly input: Readonly<Record<string, unknown>>
  /** Part of the tool's answer, where it needs no internet. */
  readonly answers?: string
  /** Every name that the run phase may ask for; those in `asks` it does. */
  readonly asks: readonly string[]
}

/** From npm, as people run them; each with the names that it was seen to contact. */
const SERVERS: readonly RealServer[] = [
  {
    server: 'everything',
    args: ['-y', '@modelcontextprotocol/server-everything@2026.8.31'],
    tool: 'echo',
    input: { message: 'hello there' },
    answers: 'hello there',
    asks: [],
  },
  {
    server: 'filesystem',
    args: ['--profile', 'filesystem', '--allow-read', files, files],
    tool: 'read_text_file',
    input: { path: join(files, 'note.txt') },
    answers: 'forty-two',
    asks: [],
  },
  {
    server: 'memory',
    args: ['--profile', 'memory'],
    tool: 'create_entities',
    input: { entities: [{ name: 'Ada', entityType: 'person', observations: ['writes programs'] }] },
    answers: 'Ada',
    asks: [],
  },
  {
    server: 'sequential-thinking',
    args: ['--profile', 'sequential-thinking'],
    tool: 'sequentialthinking',
    input: { thought: 'one', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 },
    answers: 'thoughtNumber',
    asks: [],
  },
  {
    server: 'github',
    args: ['--profile', 'github'],
    env: { GITHUB_PERSONAL_ACCESS_TOKEN: 'not-a-token' },
    tool: 'search_repositories',
    input: { query: 'mcp' },
    asks: ['api.github.com'],
  },
  {
    server: 'exa',
    args: ['--profile', 'exa'],
    env: { EXA_API_KEY: 'not-a-key' },
    tool: 'web_search_exa',
    input: { query: 'mcp' },
    asks: ['api.exa.ai', 'api.agnost.ai'],
  },
  {
    server: 'tavily',
    args: ['-y', 'tavily-mcp'],
    env: { TAVILY_API_KEY: 'not-a-key' },
    tool: 'tavily_search',
    input: { query: 'mcp' },
    asks: ['api.tavily.com'],
  },
  {
    server: 'perplexity',
    args: ['-y', '@perplexity-ai/mcp-server@1.2.1'],
    env: { PERPLEXITY_API_KEY: 'not-a-key' },
    tool: 'perplexity_ask',
    input: { messages: [{ role: 'user', content: 'mcp?' }] },
    asks: ['api.perplexity.ai'],
  },
]

/** The rest of those that need no more than npm to be started: as their profiles say that they were recorded. */
const RECORDED = ['brave-search', 'context7', 'firecrawl', 'google-maps', 'notion', 'sentry', 'slack'].map(
  (server): RealServer => {
    const options = { userDir: join(store, 'profiles'), builtinDir: join(ROOT, 'profiles'), cwd: folder }
    const { recorded } = loadProfile(server, options)
    if (recorded === null) throw new Error(`${server} says nothing of a recorded run`)
    const { env, args, call, hosts } = recorded
    return {
      server,
      args: ['--profile', server, ...args],
      env,
      tool: call?.tool ?? '',
      input: call?.arguments ?? {},
      asks: hosts,
    }
  },
)

// Several at once: most of a first start is waiting for a registry.
describe.concurrent.each([...SERVERS, ...RECORDED])(
  '$server',
  ({ server, args, env = {}, tool, input, answers, asks }) => {
    it('lists its tools, answers a call, and contacts what it is known to contact', async () => {
      const client = new Client({ name: 'mcp-run-test', version: '1.0.0' })
      const transport = new StdioClientTransport({
        command: join(ROOT, 'bin', 'mcp-run'),
        args: [...withSandbox(['--store', store, ...args])],
        env: { ...hostEnvironment(), ...engineEnvironment(internet), ...env },
        stderr: 'pipe',
      })
      try {
        await client.connect(transport, { timeout: 150_000 })
        const { tools } = await client.listTools()
        expect(tools.map(({ name }) => name)).toContain(tool)
        const call = client.callTool({ name: tool, arguments: { ...input } }, undefined, { timeout: 60_000 })
        // Without internet a tool that needs it fails, in one way or another: that it tried is what counts.
        if (answers === undefined) await call.catch(() => undefined)
        else expect(JSON.stringify(await call)).toContain(answers)
      } finally {
        await client.close()
      }
      const queries = jsonLines(['dns', '--server', server, '--format', 'jsonl'])
      const run = queries.filter(({ phase }) => phase === 'run')
      expect([...new Set(run.map(({ name }) => name))].sort()).toEqual([...asks].sort())
      const report = JSON.parse(egress(['report', '--server', server, '--format', 'json']))
      const sent = report.servers[0].destinations.filter(
        ({ phase, declaration, bytesSent }: Record<string, unknown>) =>
          phase === 'run' && declaration === 'undeclared' && bytesSent !== 0,
      )
      expect(sent).toEqual([])
    }, 240_000)
  },
)

function hostEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'NODE_EXTRA_CA_CERTS']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

function egress(args: readonly string[]): string {
  const result = spawnSync(process.execPath, [join(ROOT, 'dist', 'egress.cjs'), ...args, '--store', store], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (result.status !== 0) throw new Error(`egress ${args.join(' ')}: ${result.stderr}`)
  return result.stdout
}

function jsonLines(args: readonly string[]): Record<string, unknown>[] {
  return egress(args)
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
