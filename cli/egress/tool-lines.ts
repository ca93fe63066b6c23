import type { ToolSummary } from '../../runtime/store/read/tools.ts'
import { toolText } from './calls-text.ts'
import type { Colours } from './colours.ts'
import { endCut } from './layout.ts'

const MAX_LINES = 5

/** Below a destination of the report: for whose calls it was contacted, a line each. */
export function toolLines(
  tools: readonly ToolSummary[],
  { indent, width, colours }: { indent: string; width: number; colours: Colours },
): string[] {
  const lines = tools.slice(0, MAX_LINES).map((tool) => {
    const line = endCut(`${indent}${toolLine(tool)}`, width)
    return tool.denied > 0 ? colours.yellow(line) : colours.dim(line)
  })
  const more = tools.length - MAX_LINES
  return more > 0 ? [...lines, colours.dim(`${indent}and ${more} more`)] : lines
}

function toolLine({ tool, method, requests, flows, denied, ambiguous }: ToolSummary): string {
  const whose = method === '*' ? 'other tools' : toolText(tool, method)
  const what = requests > 0 ? counted(requests, 'request') : counted(flows, 'connection')
  return [
    `${endCut(whose, 40)}: ${what}`,
    ...(denied > 0 ? [`${denied} denied`] : []),
    ...(ambiguous > 0 ? [`${ambiguous} perhaps of another tool`] : []),
  ].join(', ')
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
