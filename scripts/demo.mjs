// Replays the incident of postmark-mcp on this machine, without internet and without root.
import { register } from 'node:module'

register(new URL('../test/bench/typescript-loader.mjs', import.meta.url))
const { main } = await import(new URL('demo/main.ts', import.meta.url).href)
await main()
process.exit(0)
