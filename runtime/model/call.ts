/** A request of the client's that the server has not answered yet: a tool's call, or another MCP request. */
export interface Call {
  /** The JSON-RPC id as JSON text, so that 1 and "1" differ; cut to 64 characters. */
  readonly id: string
  readonly method: string
  /** `params.name` of tools/call; null for other methods. */
  readonly tool: string | null
  readonly startedAt: number
}

/** What was asked of the server when something began. The server has no word in it. */
export interface Attribution {
  /** `one` call was open, several (`ambiguous`: each may be the one), or none (`background`). */
  readonly kind: 'one' | 'ambiguous' | 'background'
  /** At most 16, the latest first. */
  readonly calls: readonly Call[]
}

export const BACKGROUND: Attribution = { kind: 'background', calls: [] }
