import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Which parts of the product each part may import, itself aside. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'runtime/model': [],
  'runtime/protocol': ['runtime/model'],
  'runtime/payload': ['runtime/model'],
  'runtime/policy': ['runtime/model'],
  'runtime/code': ['runtime/payload'],
  'runtime/store': ['runtime/model'],
  'runtime/provenance': ['runtime/model', 'runtime/payload'],
  'runtime/fingerprint': ['runtime/model', 'runtime/payload', 'runtime/policy'],
  'runtime/mcp': ['runtime/model', 'runtime/provenance'],
  'runtime/packages': ['runtime/model'],
  'runtime/tap': [],
  'runtime/sandbox': ['runtime/model', 'runtime/tap'],
  'runtime/recorder': [
    ...['runtime/model', 'runtime/protocol', 'runtime/policy', 'runtime/payload'],
    'runtime/tap',
  ],
  profiles: ['runtime/model', 'runtime/policy'],
}

/** Libraries that one part alone may use. */
const ONLY_USER: Readonly<Record<string, string>> = {
  koffi: 'runtime/tap',
  'better-sqlite3': 'runtime/store',
  '@peculiar/x509': 'runtime/recorder',
}

interface Import {
  readonly file: string
  readonly target: string
}

const sources = ['runtime', 'profiles', 'cli'].flatMap((folder) => typescriptFiles(join(ROOT, folder)))
const imports = sources.flatMap(importsOf)

test.each(Object.entries(MAY_IMPORT))('%s imports only what it may', (part, allowed) => {
  const own = imports.filter(({ file }) => partOf(file) === part)
  expect(own.length).toBeGreaterThan(0)
  const strangers = own
    .filter(({ target }) => target.startsWith('.'))
    .map(({ file, target }) => ({ file, part: partOf(relative(ROOT, resolve(ROOT, dirname(file), target))) }))
    .filter((one) => one.part !== part && !allowed.includes(one.part))
  expect(strangers).toEqual([])
})

test.each(Object.entries(ONLY_USER))('%s is used in %s alone', (library, part) => {
  const users = imports.filter(({ target }) => target === library).map(({ file }) => partOf(file))
  expect([...new Set(users)]).toEqual([part])
})

test('nothing in runtime or profiles imports the command line, and nothing the MCP SDK', () => {
  const bad = imports.filter(
    ({ file, target }) =>
      target.startsWith('@modelcontextprotocol/') ||
      (!file.startsWith('cli/') && resolve(ROOT, dirname(file), target).startsWith(join(ROOT, 'cli'))),
  )
  expect(bad).toEqual([])
})

test('no file holds more than 300 lines', () => {
  const files = ['runtime', 'profiles', 'cli', 'test', 'scripts'].flatMap((folder) =>
    typescriptFiles(join(ROOT, folder)),
  )
  const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > 301)
  expect(long.map((file) => relative(ROOT, file))).toEqual([])
})

function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|cjs)$/.test(name))
    .map((name) => join(folder, name))
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, 'utf8')
  const found = text.matchAll(/(?:from|import|require\()\s*\(?'([^']+)'/g)
  return [...found].map(([, target = '']) => ({ file: relative(ROOT, path), target }))
}

/** `runtime/store`, `profiles`, `cli`, or the file itself where it stands alone (`runtime/session.ts`). */
function partOf(file: string): string {
  const [first = '', second = '', ...rest] = file.split('/')
  if (first !== 'runtime') return first
  return rest.length === 0 ? file : `${first}/${second}`
}
