import { expect, test } from 'vitest'
import { retryBusy } from '../../../runtime/store/busy.ts'

class SqliteError extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.code = code
  }
}

function failing(times: number, code: string): { calls: number; action: () => string } {
  const state = {
    calls: 0,
    action: () => {
      if (state.calls++ < times) throw new SqliteError(code)
      return 'done'
    },
  }
  return state
}

test.each(['SQLITE_BUSY', 'SQLITE_BUSY_RECOVERY', 'SQLITE_BUSY_SNAPSHOT'])('%s is tried again', (code) => {
  const state = failing(7, code)
  expect(retryBusy(state.action)).toBe('done')
  expect(state.calls).toBe(8)
})

test('anything else is not', () => {
  const state = failing(1, 'SQLITE_FULL')
  expect(() => retryBusy(state.action)).toThrow('SQLITE_FULL')
  expect(state.calls).toBe(1)
})

test('a lock that lasts beyond the limit is an error', () => {
  const state = failing(Number.POSITIVE_INFINITY, 'SQLITE_BUSY')
  expect(() => retryBusy(state.action, 2)).toThrow('SQLITE_BUSY')
  expect(state.calls).toBeGreaterThan(3)
})
