import { type Aim, judge } from '../aim.ts'
import { SERVER } from '../launch/peers.ts'
import { byRound, difference, formatSpread, ratio, spread } from '../statistics.ts'
import { textTable } from '../text-table.ts'
import type { Contender } from './contenders.ts'
import type { DockerResult } from './docker.ts'

export function reportDocker(result: DockerResult): readonly string[] {
  const { contenders, missing, rounds, engineVersion } = result
  const rows = contenders.map(({ name, label }) => [
    label,
    formatSpread(rounds.spread(name, 'ms')),
    cell(name === 'run' ? [] : against(result, name, 'run', difference)),
    cell(name === 'two' ? [] : against(result, name, 'two', ratio), 2),
    name === 'node' ? '' : formatSpread(rounds.spread(name, 'memory')),
  ])
  return [
    `Docker ${engineVersion}: spawn to first answer of ${SERVER.name}@${SERVER.version}, ms; memory, MB of PSS`,
    '',
    textTable([['', 'first answer', 'over docker run', 'of two starts', 'memory added'], ...rows]),
    '',
    ...aims(result).map((aim) => judge(aim).line),
    ...missing.map((what) => `not there: ${what}`),
  ]
}

function against(
  { rounds }: DockerResult,
  name: Contender['name'],
  other: Contender['name'],
  combine: (one: number, other: number) => number,
): readonly number[] {
  return byRound(rounds.of(name, 'ms'), rounds.of(other, 'ms'), combine)
}

function cell(values: readonly number[], digits = 0): string {
  return values.length === 0 ? '' : formatSpread(spread(values), digits)
}

function aims(result: DockerResult): readonly Aim[] {
  return [
    {
      what: 'mcp-run --sandbox docker over docker run',
      bound: 'at most',
      limit: 350,
      unit: ' ms',
      digits: 0,
      reached: against(result, 'mcp-run', 'run', difference),
    },
    {
      what: "the same, of the two-container start by docker's own CLI",
      bound: 'at most',
      limit: 1,
      reached: against(result, 'mcp-run', 'two', ratio),
    },
  ]
}
