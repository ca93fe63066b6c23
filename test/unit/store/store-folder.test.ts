import { homedir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  createServerFile,
  listServers,
  safeName,
  serverFile,
  storeFolder,
} from '../../../runtime/store/store-folder.ts'
import { temporaryStore } from './temporary-store.ts'

test.each([
  ['exa', 'exa'],
  ['my-server_2.0', 'my-server_2.0'],
  ['@scope/pkg', '%40scope%2Fpkg'],
  ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
  ['.hidden', '%2Ehidden'],
  ['Exa', '%45xa'],
  ['a~b', 'a%7Eb'],
  ['ü', '%C3%BC'],
])('the server %s has the file name %s', (server, name) => {
  expect(safeName(server)).toBe(name)
})

test('names that are too long, or empty, end in a digest of their own', () => {
  const long = safeName('a'.repeat(400))
  expect(long).toMatch(/^a{100}~[0-9a-f]{32}$/)
  expect(safeName(`${'a'.repeat(399)}b`)).not.toBe(long)
  expect(safeName('')).toMatch(/^~[0-9a-f]{32}$/)
})

test('the option comes before MCP_RUN_HOME, and that before the home folder', () => {
  expect(storeFolder('/a/b', { MCP_RUN_HOME: '/c' })).toBe('/a/b')
  expect(storeFolder(undefined, { MCP_RUN_HOME: '/c' })).toBe('/c')
  expect(storeFolder(undefined, {})).toBe(join(homedir(), '.mcp-run'))
  expect(storeFolder('rel', {})).toBe(join(process.cwd(), 'rel'))
})

test('servers are listed by the names that they were given', () => {
  const store = temporaryStore()
  expect(listServers(join(store, 'absent'))).toEqual([])
  for (const server of ['zed', '@scope/pkg', 'Exa']) createServerFile(serverFile(store, server))
  expect(listServers(store).map(({ server }) => server)).toEqual(['@scope/pkg', 'Exa', 'zed'])
})
