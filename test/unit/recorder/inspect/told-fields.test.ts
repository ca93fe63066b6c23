import { expect, test } from 'vitest'
import type { HttpRequestRecord } from '../../../../runtime/model/flow.ts'
import { FieldNames } from '../../../../runtime/payload/field-names.ts'
import { toldFields } from '../../../../runtime/recorder/inspect/told-fields.ts'

const request = { method: 'POST', host: 'a.test', path: '/email' } as HttpRequestRecord

function fields(...names: readonly string[]): FieldNames {
  const all = new FieldNames()
  for (const name of names) all.member('', name)
  return all
}

test('each name is told once for one method, host, port and path', () => {
  const told = toldFields()
  const names = (port: number, of: HttpRequestRecord, given: FieldNames) =>
    told.news(of, port, given)?.names ?? null
  expect(names(443, request, fields())).toBe(null)
  expect(names(443, request, fields('to', 'from'))).toEqual(['/to', '/from'])
  expect(names(443, request, fields('from', 'to'))).toBe(null)
  expect(names(443, request, fields('to', 'bcc'))).toEqual(['/bcc'])
  for (const other of [{ method: 'PUT' }, { host: 'b.test' }, { path: '/x' }])
    expect(names(443, { ...request, ...other }, fields('to'))).toEqual(['/to'])
  expect(names(8443, request, fields('to'))).toEqual(['/to'])
})

test('it remembers no more than a bound, and then tells again', () => {
  const told = toldFields()
  for (let n = 0; n < 9000; n++) told.news({ ...request, path: `/${n}` }, 443, fields('to'))
  expect(told.news({ ...request, path: '/0' }, 443, fields('to'))?.names).toEqual(['/to'])
  expect(told.news({ ...request, path: '/8999' }, 443, fields('to'))).toBe(null)
})

test('that there are more is told once too', () => {
  const told = toldFields()
  const many = fields(
    ...Array.from(
      { length: 600 },
      (_, n) => `k${String.fromCharCode(97 + (n % 26))}${'z'.repeat(Math.floor(n / 26))}`,
    ),
  )
  expect(told.news(request, 443, many)?.more).toBe(true)
  expect(told.news(request, 443, many)).toBe(null)
})
