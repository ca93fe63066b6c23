import { describe, expect, it, test } from 'vitest'
import { loadProfile } from '../../../profiles/load.ts'
import { emptyProfile, mergeProfile } from '../../../profiles/merge.ts'
import { parseProfile } from '../../../profiles/parse-profile.ts'
import { profileFolder } from './profile-folder.ts'

const parse = (text: string) =>
  mergeProfile(emptyProfile('x'), parseProfile(`name: x\n${text}`, 'x.yaml').source)

const readings = (text: string) =>
  parse(text).egress.map((rule) => (rule.kind === 'host' ? [rule.inspect, rule.requests] : rule.kind))

test.each<[string, string, unknown[]]>([
  ['nothing said', 'egress: [{host: a.test}]', [['no', null]]],
  ['true', 'egress: [{host: a.test, inspect: true}]', [['try', null]]],
  ['required', 'egress: [{host: a.test, inspect: required}]', [['required', null]]],
  ['for all', 'inspect: required\negress: [{host: a.test}, {ip: 203.0.113.7}]', [['required', null], 'ip']],
  ['not for this one', 'inspect: true\negress: [{host: a.test, inspect: false}]', [['no', null]]],
  ['mails', 'egress: [{host: a.test, port: 587, protocol: smtp}]', [['try', null]]],
  [
    'mails, whatever pins',
    'egress: [{host: a.test, port: 587, protocol: smtp, inspect: required}]',
    [['required', null]],
  ],
  ['not what cannot be read', 'inspect: true\negress: [{host: a.test, protocol: opaque}]', [['no', null]]],
  [
    'requests need it',
    'egress: [{host: a.test, requests: ["GET,HEAD /a/*", "* /b/**"]}]',
    [
      [
        'required',
        [
          { methods: ['GET', 'HEAD'], paths: ['/a/*'] },
          { methods: [], paths: ['/b/**'] },
        ],
      ],
    ],
  ],
])('inspect: %s', (_, text, expected) => {
  expect(readings(text)).toEqual(expected)
})

test('a sink has its defaults', () => {
  const text = 'egress: [{host: a.test, inspect: required}]\nsinks: [{host: A.test, field: "**"}]'
  expect(parse(text).sinks).toEqual([
    {
      host: 'a.test',
      methods: [],
      path: '/**',
      field: '**',
      values: 'destinations',
      allow: ['call-arguments', 'environment', 'profile', 'response'],
      onUnexplained: 'flag',
    },
  ])
})

test('a sink as it is said', () => {
  const sink =
    '{host: a.test, method: [post], path: /m/*, field: /To/*, values: any, allow: [server], onUnexplained: block}'
  expect(parse(`egress: [{host: a.test, inspect: required}]\nsinks: [${sink}]`).sinks).toEqual([
    {
      host: 'a.test',
      methods: ['POST'],
      path: '/m/*',
      field: '/To/*',
      values: 'any',
      allow: ['server'],
      onUnexplained: 'block',
    },
  ])
})

test.each<[string, string, RegExp]>([
  [
    'a request of one word',
    'egress: [{host: a.test, requests: [/x]}]',
    /egress\[0\]\.requests\[0\].*no request/,
  ],
  [
    'a method in small letters',
    'egress: [{host: a.test, requests: [get /x]}]',
    /`GET`: methods are in capitals/,
  ],
  ['a path with two stars inside', 'egress: [{host: a.test, requests: ["GET /**/x"]}]', /at the end alone/],
  ['a query', 'egress: [{host: a.test, requests: ["GET /x?a=b"]}]', /query cannot be declared/],
  ['dot segments', 'egress: [{host: a.test, requests: ["GET /x/../y"]}]', /more than one way/],
  ['requests unread', 'egress: [{host: a.test, inspect: false, requests: ["GET /x"]}]', /needs inspection/],
  ['an address', 'egress: [{ip: 203.0.113.7, inspect: true}]', /for hosts alone/],
  [
    'mails unread',
    'egress: [{host: a.test, port: 25, protocol: smtp, inspect: false}]',
    /mails that are read/,
  ],
  ['mails of an address', 'egress: [{ip: 203.0.113.7, port: 25, protocol: smtp}]', /mails that are read/],
  [
    'requests of mails',
    'egress: [{host: a.test, port: 25, protocol: smtp, requests: ["MAIL /"]}]',
    /is for HTTP/,
  ],
  ['opaque', 'egress: [{host: a.test, protocol: opaque, inspect: true}]', /stands beside `protocol: opaque`/],
  ['a field without a slash', 'egress: []\nsinks: [{host: a.test, field: To}]', /`To` is no field/],
  [
    'a source that is none',
    'egress: []\nsinks: [{host: a.test, field: "**", allow: [args]}]',
    /must be one of/,
  ],
  [
    'another word',
    'egress: []\nsinks: [{host: a.test, field: "**", on-unexplained: block}]',
    /onUnexplained/,
  ],
])('refused: %s', (_, text, message) => {
  let said = ''
  try {
    parse(text)
  } catch (error) {
    said = `${(error as Error).message}\n${(error as { hint?: string }).hint}`
  }
  expect(said).toMatch(message)
})

const digest = (text: string): string => loadProfile('./p.yaml', profileFolder({ 'p.yaml': text })).digest

describe('sinks', () => {
  const READ = 'egress: [{host: a.test, inspect: required}]'

  it.each([
    [
      'egress: [{host: b.test}]\nsinks: [{host: b.test, field: "**"}]',
      /nothing that goes to this host is read/,
    ],
    [
      'egress: [{host: b.test, inspect: true}]\nsinks: [{host: b.test, field: "**", onUnexplained: block}]',
      /cannot block/,
    ],
  ])('%s is refused', (text, message) => {
    expect(() => digest(text)).toThrow(message)
  })

  it.each([
    `${READ}\nsinks: [{host: a.test, field: "**", onUnexplained: block}]`,
    'egress: [{host: "*.a.test", inspect: true}]\nsinks: [{host: x.a.test, field: "**"}]',
    'egress: [{host: "*.a.test", inspect: true}]\nsinks: [{host: "*.a.test", field: "**"}]',
  ])('%s is a profile', (text) => {
    expect(digest(text)).toMatch(/^sha256:/)
  })
})
