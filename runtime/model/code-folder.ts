import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where mcp-run keeps itself as Node has compiled it: whoever writes there runs as its user at the next start. */
export function codeFolder(): string {
  return join(process.env.MCP_RUN_HOME ?? join(homedir(), '.mcp-run'), 'code')
}
