import * as z from 'zod/mini'
import { profileSchema } from './schema.ts'

/** The schema for editors, as JSON Schema 2020-12 text. What it cannot say, the loader still checks. */
export function profileJsonSchema(): string {
  const { $schema, ...schema } = z.toJSONSchema(profileSchema(), { io: 'input' })
  const entry = entryOf(schema)
  entry.oneOf = ['host', 'cidr', 'ip', 'host-loopback'].map((field) => ({ required: [field] }))
  const whole = {
    $schema,
    title: 'mcp-run profile',
    description: 'What one MCP server may reach, read and see.',
    ...schema,
    // A layer says what it extends; every other profile says what it reaches, be it nothing.
    anyOf: [{ required: ['extends'] }, { required: ['egress'] }],
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}

interface JsonObject {
  [field: string]: unknown
}

function entryOf(schema: JsonObject): JsonObject {
  const { egress } = schema.properties as { egress: { items: JsonObject } }
  return egress.items
}
