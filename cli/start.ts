import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { loadCompiled } from './compiled-code.ts'

/** Starts mcp-run from code that need not be compiled again. */
const store = process.env.MCP_RUN_HOME ?? join(homedir(), '.mcp-run')
const folder = existsSync(store) ? join(store, 'code') : null
loadCompiled(join(__dirname, 'mcp-run.cjs'), folder)
