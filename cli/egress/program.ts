import { Command, CommanderError, Option } from 'commander'
import { EXIT } from '../../runtime/model/errors.ts'
import type { EgressProtocol } from '../../runtime/model/profile.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import { ownVersion } from '../paths.ts'
import type { AlertsCommand } from './alerts.ts'
import type { AllowCommand } from './allow.ts'
import type { AttestCommand } from './attest.ts'
import type { CommonOptions } from './common-options.ts'
import type { DnsCommand } from './dns.ts'
import type { DriftCommand } from './drift.ts'
import type { FlowsCommand } from './flows.ts'
import { EXAMPLES, EXIT_CODES } from './help-text.ts'
import type { PruneCommand } from './prune.ts'
import type { ReportCommand } from './report.ts'
import type { RequestsCommand } from './requests.ts'
import { parseAge, parseSince } from './time-span.ts'

/** Parses the command line, loads the one command that it names and runs it. Returns the exit code. */
export async function runProgram(argv: readonly string[], now: number = Date.now()): Promise<number> {
  const outcome = { code: 0 }
  try {
    await buildProgram(outcome, now).parseAsync(argv)
    return outcome.code
  } catch (error) {
    // Help and version end like a wrong argument, with exit code 0; commander has said what there is to say.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage
    throw error
  }
}

/** `Own` are a command's options beside the common ones. */
type Own<Options> = Omit<Options, keyof CommonOptions>

function buildProgram(outcome: { code: number }, now: number): Command {
  const program = new Command('egress')
    .description('Shows what MCP servers contacted, as mcp-run recorded it.')
    .version(ownVersion(), '--version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .exitOverride()
    .addOption(storeOption())
    .addHelpText('after', EXAMPLES + EXIT_CODES)

  const add = <Options>(
    usage: string,
    description: string,
    load: () => Promise<(options: Options) => Promise<number>>,
    argumentNames: readonly string[] = [],
  ): Command => {
    const command: Command = program.command(usage).description(description).addOption(storeOption())
    return command.addHelpText('after', EXIT_CODES).action(async () => {
      const { store, ...own } = command.optsWithGlobals<Own<Options> & { store?: string }>()
      const named = Object.fromEntries(argumentNames.map((name, index) => [name, command.args[index]]))
      const run = await load()
      outcome.code = await run({ ...own, ...named, store: storeFolder(store), now } as Options)
    })
  }

  add<ReportCommand>(
    'report',
    'what each server contacted, added up',
    async () => (await import('./report.ts')).report,
  )
    .addOption(serverOption())
    .addOption(sinceOption(now).default(undefined, 'everything; rounded to whole UTC days'))
    .addOption(formatOption('json'))
  add<FlowsCommand>('flows', 'one line a connection', async () => (await import('./flows.ts')).flows)
    .addOption(serverOption().makeOptionMandatory())
    .addOption(sinceOption(now))
    .addOption(formatOption('jsonl'))
  add<RequestsCommand>(
    'requests',
    'one line an HTTP request, with the call that it was made for',
    async () => (await import('./requests.ts')).requests,
  )
    .addOption(serverOption().makeOptionMandatory())
    .addOption(sinceOption(now))
    .addOption(formatOption('jsonl'))
  add<DnsCommand>('dns', 'one line a DNS query', async () => (await import('./dns.ts')).dns)
    .addOption(serverOption().makeOptionMandatory())
    .addOption(sinceOption(now))
    .addOption(formatOption('jsonl'))
  add<AlertsCommand>(
    'alerts',
    'undeclared or unexplained things, each once',
    async () => (await import('./alerts.ts')).alerts,
  )
    .addOption(serverOption())
    .addOption(formatOption('json'))
  add<DriftCommand>(
    'drift',
    'what came new with a version or a session: hosts, requests, fields, tools',
    async () => (await import('./drift.ts')).drift,
  )
    .addOption(serverOption())
    .addOption(formatOption('json'))
    .option('--json', 'the same as --format json')
  add<AttestCommand>(
    'attest [name@version]',
    'what a version did in its sessions, as a file that others can compare',
    async () => (await import('./attest.ts')).attestVersion,
    ['what'],
  )
    .addOption(serverOption())
    .option('--output <file>', 'default: standard output')
    .option('--compare <file>', "how it differs from another's file; 1 if it does")
    .addOption(formatOption('json'))
  add<AllowCommand>(
    'allow <server> <host:port>',
    "declares a destination in your own layer of the server's profile",
    async () => (await import('./allow.ts')).allow,
    ['server', 'destination'],
  )
    .option('--purpose <text>', 'what the server needs it for; kept in the file')
    .addOption(new Option('--protocol <word>', 'default: http on port 80, else tls').choices(PROTOCOLS))
  add<PruneCommand>('prune', 'deletes old history', async () => (await import('./prune.ts')).pruneStore)
    .addOption(serverOption())
    .addOption(new Option('--older-than <span>', 'as 400d').argParser(parseAge).makeOptionMandatory())
  return program
}

const PROTOCOLS: readonly EgressProtocol[] = ['tls', 'http', 'opaque', 'server-first', 'smtp']

function storeOption(): Option {
  return new Option('--store <dir>', 'where the history is (MCP_RUN_HOME, else ~/.mcp-run)')
}

function serverOption(): Option {
  return new Option('--server <name>', 'one server')
}

function sinceOption(now: number): Option {
  return new Option('--since <span>', 'as 30m, 12h, 7d, 2w, or a UTC date').argParser((text) =>
    parseSince(text, now),
  )
}

function formatOption(machine: 'json' | 'jsonl'): Option {
  return new Option('--format <word>', 'how it is printed').choices(['table', machine]).default('table')
}
