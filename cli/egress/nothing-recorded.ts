import { escapeText } from '../../runtime/model/text.ts'

export function nothingRecorded(store: string): string {
  return `Nothing has been recorded in ${escapeText(store)} yet. Start a server with: mcp-run --profile NAME\n`
}
