import { McpRunError } from '../model/errors.ts'
import type { StoreFailure } from './messages.ts'

/** What the thread said went wrong. */
export function failureOf({ message, hint }: StoreFailure): McpRunError {
  return new McpRunError('store-failed', message, hint === undefined ? {} : { hint })
}

/** The thread itself is gone. */
export function threadError(cause: unknown): McpRunError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new McpRunError('store-failed', `The thread that writes the history ended${why}.`, { cause })
}
