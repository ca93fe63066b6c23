// Parses the built-in profiles ahead of time, so that starting one needs no YAML parser.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importSource } from './import-source.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** @param {{ outfile?: string }} [options] */
export async function compileProfiles({ outfile = join(root, 'dist', 'profiles.json') } = {}) {
  const { compileProfiles: compile } = await importSource(join(root, 'profiles', 'compile.ts'))
  await mkdir(dirname(outfile), { recursive: true })
  await writeFile(outfile, compile(join(root, 'profiles')))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileProfiles()
