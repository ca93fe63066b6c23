import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { codeFolder } from '../runtime/model/code-folder.ts'
import { loadCompiled } from './compiled-code.ts'

/** Starts mcp-run from code that need not be compiled again. */
const folder = codeFolder()
loadCompiled(join(__dirname, 'mcp-run.cjs'), existsSync(dirname(folder)) ? folder : null)
