// Replays the incident of postmark-mcp on this machine, without internet and without root.
import { register } from 'node:module'

if (process.platform !== 'linux') {
  console.error(
    'The demo shows the native sandbox, which Linux alone has: elsewhere, mcp-run itself can be tried.',
  )
  process.exit(1)
}
register(new URL('../test/bench/typescript-loader.mjs', import.meta.url))
const { main } = await import(new URL('demo/main.ts', import.meta.url).href)
await main()
process.exit(0)
