import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { profileJsonSchema } from '../../../profiles/json-schema.ts'
import { FIELDS } from '../../../profiles/shape-problem.ts'
import { BUILTIN } from './profile-folder.ts'

interface Mapping {
  properties: Record<string, Mapping & { items: Mapping; anyOf: Mapping[] }>
  additionalProperties: boolean
}

const schema: Mapping = JSON.parse(profileJsonSchema())
const fields = (mapping: Mapping | undefined): string[] => Object.keys(mapping?.properties ?? {})

it('the published file is up to date (node scripts/profile-schema.mjs)', () => {
  expect(JSON.parse(readFileSync(join(BUILTIN, 'profile.schema.json'), 'utf8'))).toEqual(schema)
})

it('errors name the same fields as the schema', () => {
  const { package: npmPackage, image, egress, sinks, env, files, limits, recorded } = schema.properties
  expect({
    '': fields(schema),
    egress: fields(egress?.items),
    sinks: fields(sinks?.items),
    package: fields(npmPackage?.anyOf[1]),
    image: fields(image?.anyOf[1]),
    env: fields(env),
    files: fields(files),
    limits: fields(limits),
    recorded: fields(recorded),
    call: fields(recorded?.properties.call),
  }).toEqual(FIELDS)
  const parts = [npmPackage?.anyOf[1], image?.anyOf[1], recorded, recorded?.properties.call]
  for (const mapping of [schema, egress?.items, sinks?.items, env, files, limits, ...parts]) {
    expect(mapping?.additionalProperties).toBe(false)
  }
})
