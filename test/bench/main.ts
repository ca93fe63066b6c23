import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { measureDocker } from './docker/docker.ts'
import { reportDocker } from './docker/report.ts'
import { measureInspection } from './inspection/inspection.ts'
import { reportInspection } from './inspection/report.ts'
import { reportJournal } from './journal-rounds.ts'
import { reportCold } from './launch/cold.ts'
import { measureLaunch } from './launch/launch.ts'
import { reportLaunch } from './launch/report.ts'
import { describeMachine } from './machine.ts'
import { type Options, type Part, parseOptions } from './options.ts'
import { measureRelay } from './relay/relay.ts'
import { reportRelay } from './relay/report.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the product, measures the parts asked for, and prints them. Resolves with the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = parseOptions(argv)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 2
  }
  const dist = resolve(options.dist ?? join(ROOT, 'dist'))
  if (options.dist === null) {
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { cwd: ROOT, stdio: 'inherit' })
  }
  console.log(`${describeMachine()}, load ${loadavg()[0]?.toFixed(1)} at the start`)
  console.log(`Medians of ${options.rounds} interleaved rounds (least–greatest).`)
  let failed = false
  for (const part of options.parts) {
    const began = performance.now()
    try {
      const lines = await measure(part, dist, options)
      console.log(`\n${lines.join('\n')}`)
    } catch (error) {
      failed = true
      console.log(`\n${part}: not measured: ${error instanceof Error ? error.message : error}`)
    }
    console.log(`(${part}: ${((performance.now() - began) / 1000).toFixed(0)} s)`)
  }
  return failed ? 1 : 0
}

/** What a client starts: the package's own `bin` entry. */
function installedProgram(dist: string): string {
  const root = dirname(dist)
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return join(root, bin['mcp-run'])
}

async function measure(part: Part, dist: string, { rounds, mockttp }: Options): Promise<readonly string[]> {
  switch (part) {
    case 'launch':
      return reportLaunch(await measureLaunch({ mcpRun: installedProgram(dist), rounds }))
    case 'docker':
      return reportDocker(await measureDocker({ mcpRun: installedProgram(dist), rounds }))
    case 'relay':
      return reportRelay(await measureRelay({ dist, rounds }))
    case 'inspection':
      return reportInspection(
        await measureInspection({ dist, rounds, mockttp: mockttp === null ? null : resolve(mockttp) }),
      )
    case 'cold':
      return reportCold({ mcpRun: installedProgram(dist), rounds })
    case 'journal':
      return reportJournal({ workerPath: join(dist, 'store-worker.cjs'), rounds })
  }
}
