import { EXIT } from '../../runtime/model/errors.ts'
import { DAY, dayOf } from '../../runtime/store/day.ts'
import { readReport } from '../../runtime/store/read/report.ts'
import { reportError } from '../fail.ts'
import { coloursFor } from './colours.ts'
import type { CommonOptions } from './common-options.ts'
import { nothingRecorded } from './nothing-recorded.ts'
import { lineWidth, print } from './output.ts'
import { reportJson } from './report-json.ts'
import { reportTable } from './report-table.ts'
import { safeJson } from './safe-json.ts'

export interface ReportCommand extends CommonOptions {
  readonly server?: string
  readonly since?: number
  readonly format: 'table' | 'json'
}

/** `egress report`. Returns the exit code. */
export async function report({ store, now, server, since, format }: ReportCommand): Promise<number> {
  let code = 0
  const onError = (error: unknown) => {
    code = EXIT.recorder
    reportError('egress', error)
  }
  const result = readReport({ store, server, since, now, onError })
  if (format === 'json') await print(`${safeJson(reportJson(result), 2)}\n`)
  else if (result.servers.length === 0 && code === 0) await print(nothingRecorded(store))
  else {
    const colours = coloursFor(process.stdout, process.env)
    const from = since === undefined ? null : dayOf(since) * DAY
    await print(reportTable(result, { width: lineWidth(), colours, since: from }))
  }
  return code
}
