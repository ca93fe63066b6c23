import { expect, test } from 'vitest'
import type { EgressRule } from '../../../runtime/model/profile.ts'
import { readOnlyEgress } from '../../../runtime/policy/read-only.ts'
import { cidr, host, hostLoopback, ip } from './egress.ts'

const SAFE = ['GET', 'HEAD', 'OPTIONS']

test.each<[string, Partial<Extract<EgressRule, { kind: 'host' }>>, unknown]>([
  ['any request', {}, [{ methods: SAFE, paths: ['/**'] }]],
  [
    'declared ones',
    {
      requests: [
        { methods: ['GET', 'POST'], paths: ['/a'] },
        { methods: ['PUT'], paths: ['/b'] },
        { methods: [], paths: ['/c/**'] },
      ],
    },
    [
      { methods: ['GET'], paths: ['/a'] },
      { methods: SAFE, paths: ['/c/**'] },
    ],
  ],
  [
    'a search by POST',
    { requests: [], reads: [{ methods: ['POST'], paths: ['/search'] }] },
    [{ methods: ['POST'], paths: ['/search'] }],
  ],
])('%s', (_, fields, requests) => {
  const rule = { ...host('a.test'), ...fields } as EgressRule
  expect(readOnlyEgress([rule]).egress).toEqual([{ ...rule, inspect: 'required', requests }])
})

test('what cannot be read is left out', () => {
  const opaque = [
    ip('203.0.113.7'),
    cidr('10.0.0.0/8'),
    hostLoopback([5432]),
    host('a.test', { protocol: 'opaque' }),
  ]
  expect(readOnlyEgress(opaque)).toEqual({ egress: [], left: opaque })
})
