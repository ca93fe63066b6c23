import { type Aim, judge } from '../aim.ts'
import { byRound, difference, formatSpread, ratio, spread } from '../statistics.ts'
import { textTable } from '../text-table.ts'
import type { LaunchEnvironment, LaunchResult } from './launch.ts'
import { SERVER } from './peers.ts'

export function reportLaunch({ contenders, missing, environments }: LaunchResult): readonly string[] {
  const lines = [`Launch: spawn to first answer of ${SERVER.name}@${SERVER.version}, ms; memory, MB of PSS`]
  for (const environment of environments) {
    const { rounds } = environment
    const rows = contenders.map(({ name, label }) => [
      label,
      formatSpread(rounds.spread(name, 'ms')),
      name === 'node' ? '' : formatSpread(spread(added(environment, name))),
      name === 'node' ? '' : formatSpread(rounds.spread(name, 'memory')),
    ])
    lines.push('', textTable([[environment.label, 'first answer', 'added', 'memory added'], ...rows]), '')
    lines.push(...aims(environment).map((aim) => judge(aim).line))
  }
  return [...lines, ...missing.map((what) => `not there: ${what}`)]
}

function added({ rounds }: LaunchEnvironment, name: string): readonly number[] {
  return byRound(rounds.of(name, 'ms'), rounds.of('node', 'ms'), difference)
}

function aims(environment: LaunchEnvironment): readonly Aim[] {
  const { rounds } = environment
  const ofTotal = (other: string) => byRound(rounds.of('mcp-run', 'ms'), rounds.of(other, 'ms'), ratio)
  return [
    {
      what: 'what mcp-run adds, of what srt adds',
      bound: 'at most',
      limit: 0.45,
      reached: byRound(added(environment, 'mcp-run'), added(environment, 'srt'), ratio),
    },
    { what: 'a warm start, of that of bare node', bound: 'at most', limit: 1.35, reached: ofTotal('node') },
    { what: 'the same, of that of npx', bound: 'at most', limit: 0.42, reached: ofTotal('npx') },
    { what: 'the same, npx with the version', bound: 'at most', limit: 0.42, reached: ofTotal('npx pinned') },
    {
      what: 'memory that mcp-run adds',
      bound: 'under',
      limit: 80,
      unit: ' MB',
      digits: 0,
      reached: rounds.of('mcp-run', 'memory'),
    },
  ]
}
