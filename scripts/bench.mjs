// Measures mcp-run beside its peers: npm run bench -- [launch|docker|relay|inspection|journal] [--rounds N]
import { register } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const bench = join(dirname(fileURLToPath(import.meta.url)), '..', 'test', 'bench')
register(pathToFileURL(join(bench, 'typescript-loader.mjs')))
const { main } = await import(pathToFileURL(join(bench, 'main.ts')).href)
process.exit(await main(process.argv.slice(2)))
