import { McpRunError } from '../model/errors.ts'
import type { Sync } from './database.ts'

/** The value of MCP_RUN_SYNC, or its default. */
export function syncMode(value: string | undefined): Sync {
  if (value === undefined || value === '' || value === 'normal') return 'normal'
  if (value === 'full') return 'full'
  throw new McpRunError('usage', `MCP_RUN_SYNC is "${value}".`, { hint: 'Use normal or full.' })
}
