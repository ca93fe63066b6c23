import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseProfile } from '../../../profiles/parse-profile.ts'
import { FIELDS } from '../../../profiles/shape-problem.ts'
import { McpRunError } from '../../../runtime/model/errors.ts'
import { BUILTIN } from './profile-folder.ts'

const text = readFileSync(join(BUILTIN, '../docs/profiles.md'), 'utf8')
const blocks = (language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block ?? '')
const [example = '', sinks = '', layer = ''] = blocks('yaml')

it('the examples are profiles', () => {
  expect(parseProfile(example, 'tickets.yaml').source).toMatchObject({
    name: 'tickets',
    limits: { memory: 512 * 1024 ** 2 },
  })
  expect(parseProfile(`name: x\n${sinks}`, 'x.yaml').source.sinks).toMatchObject([
    { field: '**', onUnexplained: 'block' },
    { field: '/channel', values: 'any' },
  ])
  expect(parseProfile(layer, 'exa.yaml').source).toMatchObject({
    extends: 'exa',
    egress: [{ host: 'crawl.example.com' }],
  })
})

it('every field is described', () => {
  for (const field of [
    ...(FIELDS['']?.filter((name) => !/env|files|limits/.test(name)) ?? []),
    ...(FIELDS.egress ?? []),
    ...(FIELDS.sinks ?? []),
  ]) {
    expect(text).toContain(`\`${field}\``)
  }
  for (const group of ['env', 'files', 'limits']) {
    for (const field of FIELDS[group] ?? []) expect(text).toContain(`\`${group}.${field}\``)
  }
})

it('the error is the one that the example gives with its quotes and dot gone', () => {
  try {
    parseProfile(example.replace('"*.files', '"*files'), '/home/me/tickets.yaml')
    expect.unreachable('was accepted')
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    expect(text).toContain(`mcp-run: ${error.message}\nmcp-run: try: ${error.hint}\n`)
  }
})
