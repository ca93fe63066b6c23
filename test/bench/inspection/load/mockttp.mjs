// mockttp.mjs FOLDER PORT CERTIFICATE KEY: mockttp from a folder it is installed in, passing everything through.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const [folder, port, cert, key] = process.argv.slice(2)
const mockttp = createRequire(join(folder, 'index.js'))('mockttp')
const server = mockttp.getLocal({
  https: { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') },
  // What it would keep of each request for a test to ask for.
  recordTraffic: false,
})
await server.forAnyRequest().thenPassThrough()
await server.start(Number(port))
