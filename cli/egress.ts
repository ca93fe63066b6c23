import { reportError } from './fail.ts'

/** Loaded late: an unhandled pipe is the only thing that must be looked after before. */
async function main(): Promise<number> {
  const { endQuietlyWithReader } = await import('./egress/output.ts')
  endQuietlyWithReader()
  const { runProgram } = await import('./egress/program.ts')
  return runProgram(process.argv)
}

main()
  .catch((error: unknown) => reportError('egress', error))
  // Not process.exit(): a reader of our output may still be reading.
  .then((code) => {
    process.exitCode = code
  })
