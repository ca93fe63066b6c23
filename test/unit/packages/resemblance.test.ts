import { expect, test } from 'vitest'
import { KNOWN_SERVERS } from '../../../runtime/packages/known-servers.ts'
import { resemblance } from '../../../runtime/packages/resemblance.ts'

test.each([
  ['postmark-mcp', '@activecampaign/postmark-mcp', 'scope'],
  ['@other/server-github', '@modelcontextprotocol/server-github', 'scope'],
  ['github-mcp-server', '@modelcontextprotocol/server-github', 'scope'],
  ['@other/tavily-mcp', 'tavily-mcp', 'scope'],
  ['stripe-mcp', '@stripe/mcp', 'scope'],
  ['sentry_mcp', '@sentry/mcp-server', 'scope'],
  ['mcp-tavily', 'tavily-mcp', 'words'],
  ['tavily-mcp-server', 'tavily-mcp', 'words'],
  ['server-tavily', 'tavily-mcp', 'words'],
  ['tavily_mcp', 'tavily-mcp', 'words'],
  ['tavilymcp', 'tavily-mcp', 'words'],
  ['devtools-chrome-mcp', 'chrome-devtools-mcp', 'words'],
  ['tavlly-mcp', 'tavily-mcp', 'letters'],
  ['f1recrawl-mcp', 'firecrawl-mcp', 'letters'],
  ['firecravvl-mcp', 'firecrawl-mcp', 'letters'],
  ['chrorne-devtools-mcp', 'chrome-devtools-mcp', 'letters'],
  ['tavilly-mcp', 'tavily-mcp', 'spelling'],
  ['tavily-mpc', 'tavily-mcp', 'spelling'],
  ['tvaily-mcp', 'tavily-mcp', 'spelling'],
  ['eza-mcp-server', 'exa-mcp-server', 'spelling'],
  ['firecrwal-mpc', 'firecrawl-mcp', 'spelling'],
  ['@modelcontextprotocl/server-anything', '@modelcontextprotocol/server-everything', 'spelling'],
])('%s could be taken for %s', (name, genuine, how) => {
  expect(resemblance(name, KNOWN_SERVERS)).toEqual({ genuine, how })
})

test.each([
  'reach-server',
  'server',
  'mcp-server',
  'left',
  '@modelcontextprotocol/server-anything',
  '@upstash/other-mcp',
  'my-company-tickets-mcp',
  '@corp/server',
  'gitea-mcp-server',
  'lodash',
])('%s is like none of them', (name) => {
  expect(resemblance(name, KNOWN_SERVERS)).toBeNull()
})

test('each of them is only its own name, though some are alike', () => {
  for (const name of KNOWN_SERVERS) expect(resemblance(name, KNOWN_SERVERS), name).toBeNull()
  expect(new Set(KNOWN_SERVERS).size).toBe(KNOWN_SERVERS.length)
})
