import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { judge } from '../aim.ts'
import { Rounds, turned } from '../rounds.ts'
import { byRound, formatSpread, ratio } from '../statistics.ts'
import { textTable } from '../text-table.ts'
import { clientEnvironment } from './client-environment.ts'
import { firstAnswer } from './first-answer.ts'
import { SERVER } from './peers.ts'

const WAYS = ['npx', 'mcp-run'] as const
type Way = (typeof WAYS)[number]

/** Spawn to first answer where nothing is there yet: an empty cache of npm's, an empty store of mcp-run's. */
export async function reportCold({
  mcpRun,
  rounds: count,
}: {
  readonly mcpRun: string
  readonly rounds: number
}): Promise<readonly string[]> {
  const rounds = new Rounds<'ms'>()
  for (let round = 0; round < count; round++) {
    for (const way of turned(WAYS, round)) rounds.add(way, 'ms', await coldStart(way, mcpRun))
  }
  const rows = WAYS.map((way) => [way, formatSpread(rounds.spread(way, 'ms'))])
  const reached = byRound(rounds.of('mcp-run', 'ms'), rounds.of('npx', 'ms'), ratio)
  return [
    `Cold: spawn to first answer of ${SERVER.name}@${SERVER.version}, nothing installed, ms`,
    '',
    textTable([['', 'first answer'], ...rows]),
    '',
    judge({ what: 'a cold start, of that of npx', bound: 'at most', limit: 1.2, reached }).line,
  ]
}

async function coldStart(way: Way, mcpRun: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-bench-'))
  const cwd = join(folder, 'work')
  mkdirSync(cwd)
  const spec = `${SERVER.name}@${SERVER.version}`
  const npx = join(dirname(process.execPath), 'npx')
  const argv = {
    npx: [npx, '--cache', join(folder, 'cache'), '-y', spec],
    'mcp-run': [mcpRun, '--store', join(folder, 'store'), '--sandbox', 'native', '-y', spec],
  } as const
  try {
    const answered = await firstAnswer({ argv: argv[way], cwd }, clientEnvironment({ certificates: true }))
    await answered.end()
    return answered.ms
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
