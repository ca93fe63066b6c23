// Writes profiles/profile.schema.json, for editors, from the schema that the loader uses.
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importSource } from './import-source.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const file = join(root, 'profiles', 'profile.schema.json')
const { profileJsonSchema } = await importSource(join(root, 'profiles', 'json-schema.ts'))
await writeFile(file, profileJsonSchema())
execFileSync(join(root, 'node_modules', '.bin', 'biome'), ['format', '--write', file], { cwd: root })
