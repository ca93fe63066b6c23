// Parses the built-in profiles ahead of time, so that starting one needs no YAML parser.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importSource } from './import-source.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** @param {{ outfile?: string }} [options] */
export async function compileProfiles({ outfile = join(root, 'dist', 'profiles.json') } = {}) {
  const { compileProfiles: compile } = await importSource(join(root, 'profiles', 'compile.ts'))
  await mkdir(dirname(outfile), { recursive: true })
  // Whole or not at all: a server may be starting meanwhile.
  const temporary = `${outfile}.${process.pid}`
  await writeFile(temporary, compile(join(root, 'profiles')))
  await rename(temporary, outfile)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileProfiles()
