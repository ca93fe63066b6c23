import { McpRunError } from './model/errors.ts'

export interface Failure {
  report(error: unknown): void
  onReport(then: () => void): void
  readonly error: McpRunError | null
}

/** The first failure of the recorder or its store: the server is ended, whatever it is doing. */
export function failureOnce(): Failure {
  let error: McpRunError | null = null
  let react: (() => void) | null = null
  return {
    get error() {
      return error
    },
    report: (cause) => {
      error ??= asFailure(cause)
      react?.()
    },
    onReport: (then) => {
      react = then
      if (error !== null) then()
    },
  }
}

function asFailure(cause: unknown): McpRunError {
  if (cause instanceof McpRunError) return cause
  return new McpRunError('recorder-failed', `the recorder failed: ${String(cause)}`, { cause })
}
