import { EXIT } from '../../runtime/model/errors.ts'
import type { History } from '../../runtime/store/read/history.ts'
import { eachHistory } from '../../runtime/store/read/servers.ts'
import type { ServerFile } from '../../runtime/store/store-folder.ts'
import { reportError } from '../fail.ts'

/** Calls `use` with each server's history, and says which could not be read; gives the exit code that stands for it. */
export function readHistories(
  servers: readonly ServerFile[],
  now: number,
  use: (history: History) => void,
): number {
  let code = 0
  eachHistory(servers, now, use, (error) => {
    code = EXIT.recorder
    reportError('egress', error)
  })
  return code
}
