/** What a person is told when something cannot be done: what happened, why, and what helps. */

export const EXIT = {
  /** What was to be compared is not the same. */
  differs: 1,
  /** Wrong arguments, or a profile that cannot be used. */
  usage: 2,
  /** The sandbox cannot be had on this machine. */
  sandbox: 3,
  /** The recorder or its store failed; the server was ended. */
  recorder: 4,
} as const

export type ErrorCode =
  | 'usage'
  | 'profile-not-found'
  | 'profile-invalid'
  | 'package-not-installed'
  | 'install-failed'
  | 'package-damaged'
  | 'sandbox-unavailable'
  | 'capture-failed'
  | 'store-failed'
  | 'recorder-failed'
  | 'line-too-long'

const EXIT_OF: Record<ErrorCode, number> = {
  usage: EXIT.usage,
  'profile-not-found': EXIT.usage,
  'profile-invalid': EXIT.usage,
  'package-not-installed': EXIT.usage,
  'install-failed': EXIT.usage,
  'package-damaged': EXIT.usage,
  'sandbox-unavailable': EXIT.sandbox,
  'capture-failed': EXIT.sandbox,
  'store-failed': EXIT.recorder,
  'recorder-failed': EXIT.recorder,
  'line-too-long': EXIT.recorder,
}

export class McpRunError extends Error {
  readonly code: ErrorCode
  /** One line: the command or the edit that helps. */
  readonly hint: string | undefined
  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'McpRunError'
    this.code = code
    this.hint = options.hint
  }
  /** By its name: each of the files that mcp-run is built into has this class for itself. */
  static override [Symbol.hasInstance](value: unknown): value is McpRunError {
    return value instanceof Error && value.name === 'McpRunError'
  }
  get exitCode(): number {
    return EXIT_OF[this.code]
  }
}
