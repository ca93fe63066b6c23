import { McpRunError } from '../runtime/model/errors.ts'
import { hostName } from '../runtime/model/host.ts'
import { exitAtOnce } from './exit.ts'
import { reportError } from './fail.ts'
import { parseArguments } from './run/arguments.ts'

// bin/mcp-run hands it over so: children of this process take it from here as if it had always been set.
if (process.env.MCP_RUN_EXTRA_CA_CERTS !== undefined) {
  process.env.NODE_EXTRA_CA_CERTS ??= process.env.MCP_RUN_EXTRA_CA_CERTS
  delete process.env.MCP_RUN_EXTRA_CA_CERTS
}

/** What differs on a machine is known of Linux and macOS. */
function refuseHost(): void {
  if (process.platform === 'linux' || process.platform === 'darwin') return
  throw new McpRunError('sandbox-unavailable', `mcp-run does not run on ${hostName()} itself`, {
    hint: 'run it in Linux: on Windows that is WSL (wsl --install), where Docker Desktop’s engine can be used too',
  })
}

let exit = async (code: number): Promise<void> => process.exit(code)

/** What is loaded is what is asked for: the way to a server's first answer holds nothing else. */
async function main(): Promise<number> {
  refuseHost()
  const args = parseArguments(process.argv.slice(2))
  switch (args.kind) {
    case 'help':
      process.stdout.write((await import('./run/help.ts')).HELP)
      return 0
    case 'version':
      process.stdout.write(`${(await import('./paths.ts')).ownVersion()}\n`)
      return 0
    case 'doctor':
      return (await import('./doctor/doctor.ts')).doctor({ fix: args.fix })
    case 'pin':
    case 'unpin':
      exit = exitAtOnce
      return (await import('./pin/pin.ts')).pin(args.kind, args.words)
    case 'trial':
      return (await import('./trial/trial.ts')).trial(args.words)
    case 'upgrade':
      exit = exitAtOnce
      return (await import('./upgrade/upgrade.ts')).upgrade(args.words)
    case 'profiles':
      return (await import('./profiles/profiles.ts')).profiles(args.words)
    case 'run':
      exit = exitAtOnce
      return (await import('./run/run.ts')).run(args)
  }
}

// It ends when it says so, not when Node sees nothing more to wait for: an engine that dies takes all of that with it.
setInterval(() => undefined, 2 ** 30)

// The sandbox ends with this process.
process.on('uncaughtException', (error) => void exit(reportError('mcp-run', error)))

main()
  .catch((error: unknown) => reportError('mcp-run', error))
  // The client's stdin may still be open; nothing more is to be read from it.
  .then((code) => exit(code))
