import { constants } from 'node:os'
import { expect, it } from 'vitest'
import { numberOf, signalOf } from '../../../runtime/sandbox/linux-signals.ts'

it('has the numbers of this kernel, and no others', () => {
  const aliases = ['SIGIOT', 'SIGPOLL', 'SIGUNUSED']
  const own = Object.entries(constants.signals).filter(([name]) => !aliases.includes(name))
  expect(own.length).toBeGreaterThan(30)
  for (const [name, number] of own)
    expect(`${name} ${numberOf(name as NodeJS.Signals)}`).toBe(`${name} ${number}`)
  for (const [name, number] of own) expect(signalOf(number)).toBe(name)
  expect([signalOf(0), signalOf(32)]).toEqual([null, null])
})
