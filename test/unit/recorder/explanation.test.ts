import { describe, expect, it } from 'vitest'
import type { FlowRecord } from '../../../runtime/model/flow.ts'
import type { RecorderContext } from '../../../runtime/recorder/context.ts'
import { explainDenial, explainOutage } from '../../../runtime/recorder/explanation.ts'

const flow = (fields: Partial<FlowRecord> = {}) =>
  ({
    phase: 'run',
    name: 'evil.test',
    nameSource: 'http_host',
    address: '203.0.113.7',
    port: 8080,
    transport: 'tcp',
    protocol: 'http',
    reason: 'undeclared',
    httpHost: '<script>',
    ...fields,
  }) as FlowRecord
const context = (profileFile: string | null = null) => ({ server: 'p', profileFile }) as RecorderContext
const WHERE = 'evil.test:8080 (203.0.113.7)'

describe('a denial', () => {
  it('has the row’s reason, a sentence, and the command that helps', () => {
    expect(explainDenial(context(), flow())).toEqual({
      reason: 'undeclared',
      outage: false,
      lines: [
        'mcp-run denied this request: undeclared',
        `${WHERE}: the profile does not declare this host`,
        'if the server needs it: egress allow p evil.test:8080 --protocol http',
      ],
    })
  })

  it('names the profile’s file, not where it lies', () => {
    const { lines } = explainDenial(context('/home/ada/secret\u202e/p\u001b.yaml'), flow())
    expect(lines[2]).toBe(
      'if the server needs it: add `- {host: evil.test, port: 8080, protocol: http}` to egress in p\\x1b.yaml',
    )
  })

  it.each<Partial<FlowRecord>>([{ reason: 'name-mismatch' }, { phase: 'install' }])(
    'has no advice where none helps: %j',
    (fields) => {
      expect(explainDenial(context(), flow(fields)).lines).toHaveLength(2)
    },
  )

  it('is an outage where the name has no address', () => {
    expect(explainDenial(context(), flow({ reason: 'unresolved' }))).toMatchObject({
      reason: 'unresolved',
      outage: true,
    })
  })
})

it('an outage has its cause', () => {
  expect(explainOutage(flow(), 'proxy refused: 403')).toEqual({
    reason: 'unreachable',
    outage: true,
    lines: [`mcp-run could not reach ${WHERE}: proxy refused: 403`],
  })
})
