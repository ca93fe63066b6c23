import { reportError } from './fail.ts'
import { parseArguments } from './run/arguments.ts'

/** What is loaded is what is asked for: the way to a server's first answer holds nothing else. */
async function main(): Promise<number> {
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
    case 'run':
      return (await import('./run/run.ts')).run(args)
  }
}

main()
  .catch((error: unknown) => reportError('mcp-run', error))
  // The client's stdin may still be open; nothing more is to be read from it.
  .then((code) => process.exit(code))
