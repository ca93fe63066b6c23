import type { RecordedRun } from '../../runtime/model/profile.ts'
import { type Conversation, isObject, type JsonObject, Refused } from './conversation.ts'

/** Its package may have to be installed first. */
const START_MS = 600_000
const ANSWER_MS = 60_000

const OLD = '2025-06-18'
const NEW = '2026-07-28'

/**
 * Greets the server, lists its tools and makes the call, whose own failure counts for nothing. Resolves with what
 * is wrong, null where nothing is; rejects when the server does not get as far as its tools.
 */
export async function askTools(
  conversation: Conversation,
  call: RecordedRun['call'],
  version: string,
): Promise<string | null> {
  const client = { name: 'mcp-run', version }
  const meta = await greet(conversation, client)
  const tools = toolNames(await conversation.request('tools/list', meta, ANSWER_MS))
  if (call === null) return null
  if (!tools.includes(call.tool)) return `has no tool ${call.tool} any more`
  const params = { ...meta, name: call.tool, arguments: call.arguments }
  await conversation.request('tools/call', params, ANSWER_MS).catch(() => undefined)
  return null
}

/** What each request carries besides: from revision 2026-07-28 on there is no greeting, and each says it all. */
async function greet(conversation: Conversation, client: { name: string; version: string }): Promise<object> {
  try {
    const params = { protocolVersion: OLD, capabilities: {}, clientInfo: client }
    await conversation.request('initialize', params, START_MS)
    conversation.notify('notifications/initialized')
    return {}
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const own = { protocolVersion: NEW, clientInfo: client, clientCapabilities: {} }
    const named = Object.entries(own).map(([field, value]) => [`io.modelcontextprotocol/${field}`, value])
    return { _meta: Object.fromEntries(named) }
  }
}

function toolNames(result: unknown): readonly string[] {
  const tools: readonly unknown[] = isObject(result) && Array.isArray(result.tools) ? result.tools : []
  return tools.filter((tool): tool is JsonObject => isObject(tool)).map(({ name }) => String(name))
}
