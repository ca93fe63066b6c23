import { describe, expect, it } from 'vitest'
import { stopServer } from '../../../runtime/mcp/shutdown.ts'
import { handTimers, settle } from './bridge-rig.ts'

interface Case {
  name: string
  stdinEnded: boolean
  /** What makes the server exit: nothing, the end of its stdin, or a signal. */
  endsOn: 'start' | 'stdin' | 'SIGTERM' | 'SIGKILL' | 'never'
  result: string
  signals: string[]
  waits: number[]
}

const CASES: Case[] = [
  { name: 'gone already', stdinEnded: false, endsOn: 'start', result: 'exited', signals: [], waits: [] },
  { name: 'leaves by itself', stdinEnded: true, endsOn: 'stdin', result: 'exited', signals: [], waits: [] },
  {
    name: 'needs SIGTERM',
    stdinEnded: true,
    endsOn: 'SIGTERM',
    result: 'terminated',
    signals: ['SIGTERM'],
    waits: [300],
  },
  {
    name: 'needs SIGKILL',
    stdinEnded: true,
    endsOn: 'SIGKILL',
    result: 'killed',
    signals: ['SIGTERM', 'SIGKILL'],
    waits: [300, 300],
  },
  {
    name: 'is not waited for when its stdin is open',
    stdinEnded: false,
    endsOn: 'SIGTERM',
    result: 'terminated',
    signals: ['SIGTERM'],
    waits: [],
  },
  {
    name: 'does not even end by SIGKILL',
    stdinEnded: true,
    endsOn: 'never',
    result: 'killed',
    signals: ['SIGTERM', 'SIGKILL'],
    waits: [300, 300, 300],
  },
]

async function stop(test: Case, settles: 'resolves' | 'rejects') {
  const timers = handTimers()
  const signals: string[] = []
  let end: () => void = () => {}
  const exited = new Promise<void>((resolve, reject) => {
    end = settles === 'resolves' ? resolve : () => reject(new Error('gone'))
  })
  const server = {
    exited,
    kill(signal: NodeJS.Signals) {
      signals.push(signal)
      if (signal === test.endsOn) end()
      if (test.endsOn === 'never') throw new Error('kill ESRCH')
    },
  }
  if (test.endsOn === 'start') end()
  const stopping = stopServer({ server, stdinEnded: test.stdinEnded, timers, graceMs: 300 })
  await settle()
  if (test.endsOn === 'stdin') end()
  const waits: number[] = []
  for (let round = 0; round < 4; round++) {
    await settle()
    waits.push(...timers.fire())
  }
  return { result: await stopping, signals, waits }
}

describe('stopServer', () => {
  it.each(CASES)('a server that $name', async (test) => {
    const { name: _name, stdinEnded: _stdinEnded, endsOn: _endsOn, ...expected } = test
    expect(await stop(test, 'resolves')).toEqual(expected)
  })

  it('takes a promise that rejects for an exit as well', async () => {
    const test = CASES[2] as Case
    expect((await stop(test, 'rejects')).result).toBe('terminated')
  })
})
