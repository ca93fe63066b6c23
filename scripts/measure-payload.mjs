// Measures what is found in requests, and writes the tables of docs/payload.md: node scripts/measure-payload.mjs
import { register } from 'node:module'

register(new URL('../test/bench/typescript-loader.mjs', import.meta.url))
const { writeTables } = await import(new URL('../test/fixtures/payload/tables.ts', import.meta.url).href)
await writeTables()
