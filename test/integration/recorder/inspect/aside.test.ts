import { afterEach, expect, it } from 'vitest'
import { BACKGROUND } from '../../../../runtime/model/call.ts'
import type { Witness } from '../../../../runtime/model/payload.ts'
import type { SinkRule } from '../../../../runtime/model/profile.ts'
import { aside } from '../../../fixtures/payload/aside/all.ts'
import type { Case } from '../../../fixtures/payload/aside/kit.ts'
import { ASIDE_SEED } from '../../../fixtures/payload/aside/measure.ts'
import { type Book, newBook, toolCall } from '../../../fixtures/payload/book.ts'
import { type Asked, ask, oneConnection } from './clients.ts'
import { NAME, rigs } from './rig.ts'

const { secure, close } = rigs()
afterEach(close)

const CASES = aside(ASIDE_SEED)
const of = (...families: readonly string[]) => CASES.filter(({ family }) => families.includes(family))

/** A recorder whose server was given what a case says, and what arrived at the destination. */
async function recorder(sinks: readonly SinkRule[]) {
  let arrived = 0
  let book: Book = newBook()
  const witness: Witness = {
    attribution: async () => BACKGROUND,
    weigh: async (candidates) => book.weigh(candidates),
    learn: () => undefined,
  }
  const world = await secure(
    (req, res) => {
      arrived += 1
      req.resume()
      req.on('end', () => res.end('sent'))
      req.on('error', () => undefined)
    },
    { sinks, witness },
  )
  const agent = oneConnection(world)
  return async (one: Case): Promise<string> => {
    arrived = 0
    book = newBook()
    book.give('environment', Object.values(one.given.env ?? {}))
    book.fromClient(toolCall('send', one.given.args))
    const answer = await ask(world, { ...asked(one), agent })
    return `${one.family}, ${one.variant}: ${answer.status}, ${arrived} arrived`
  }
}

function asked({ request: { method, path, headers, body } }: Case): Asked {
  const fields: Record<string, string[]> = {}
  for (const [name, value] of headers) {
    if (name !== 'host' && name !== 'content-length') fields[name] = [...(fields[name] ?? []), value]
  }
  return { method, path, body, headers: { ...fields, 'Content-Length': String(body.length) } }
}

function sink(path: string, field: string): SinkRule {
  const values = field === '**' ? ('destinations' as const) : ('any' as const)
  const allow = ['call-arguments', 'environment'] as const
  return { host: NAME, methods: [], path, field, values, allow, onUnexplained: 'block' }
}

const OWN = [
  ...new Set(
    of('a sink, its name written otherwise', 'sinks', 'sinks for a number').flatMap(({ sinks }) => sinks),
  ),
]

it('stops whatever a sink’s value is called', async () => {
  const send = await recorder(OWN.map(({ path = '/**', field }) => sink(path, field)))
  const all = of('a sink, its name written otherwise', 'sinks', 'sinks for a number')
  expect(all.length).toBeGreaterThan(60)
  for (const one of all) expect(await send(one)).toBe(`${one.family}, ${one.variant}: 403, 0 arrived`)
}, 60_000)

it('stops a recipient whom nobody named, however it is written', async () => {
  const send = await recorder([sink('/**', '**')])
  const all = of(
    'postmark',
    'mailgun',
    'compressed',
    'lines and streams',
    'character sets',
    'query',
    'a mail with something large',
  )
  expect(all.length).toBeGreaterThan(90)
  for (const one of all) expect(await send(one)).toBe(`${one.family}, ${one.variant}: 403, 0 arrived`)
}, 60_000)

it('lets through what was given', async () => {
  const send = await recorder([sink('/**', '**')])
  const all = of('given in other words', 'given URLs, made regular').filter(
    ({ variant }) => !/command line|www/.test(variant),
  )
  expect(all.length).toBeGreaterThan(50)
  for (const one of all) expect(await send(one)).toBe(`${one.family}, ${one.variant}: 200, 1 arrived`)
}, 60_000)
