import { type GivenOptions, type KnownOptions, readOptions, usage } from './option-words.ts'
import type { Runner } from './runner.ts'

type NpmRunner = Extract<Runner, { kind: 'npm' }>

const NPM: KnownOptions = {
  ignored: [
    ...[
      '-y',
      '--yes',
      '--no',
      '-q',
      '--quiet',
      '-s',
      '--silent',
      '-d',
      '--verbose',
      '--no-audit',
      '--no-fund',
    ],
    ...['--prefer-offline', '--prefer-online', '--offline', '--no-update-notifier', '--ignore-existing'],
    ...['--ignore-scripts'],
  ],
  values: { '-p': 'package', '--package': 'package', '-c': 'call', '--call': 'call' },
}

const PNPM: KnownOptions = {
  ignored: ['-s', '--silent', '--prefer-offline', '--offline', '--reporter=silent', '--ignore-scripts'],
  values: { '--package': 'package' },
}

const YARN: KnownOptions = {
  ignored: ['-q', '--quiet'],
  values: { '-p': 'package', '--package': 'package' },
}

const BUN: KnownOptions = {
  ignored: ['--silent', '--verbose', '-y', '--yes'],
  flags: { '--bun': 'bun', '-b': 'bun' },
  values: { '-p': 'package', '--package': 'package' },
}

/** `npx`, `npm exec`, `pnpm dlx`, `yarn dlx`, `bunx` and their other names; null for anything else. */
export function readNpmRunner(program: string, words: readonly string[]): NpmRunner | null {
  const [first, ...rest] = words
  switch (program) {
    case 'npx':
      return runner(readOptions('npx', words, NPM))
    case 'npm':
      return first === 'exec' || first === 'x' ? npmExec(rest) : null
    case 'pnpx':
      return runner(readOptions('pnpx', words, PNPM))
    case 'pnpm':
      return pnpm(words)
    case 'yarn':
    case 'yarnpkg':
      return first === 'dlx' ? runner(readOptions('yarn dlx', rest, YARN)) : null
    case 'bunx':
      return runner(readOptions('bunx', words, BUN))
    case 'bun':
      return first === 'x' ? runner(readOptions('bun x', rest, BUN)) : null
    default:
      return null
  }
}

/** Options of npm's own may follow the package too, until `--`; what is after that is the server's. */
function npmExec(words: readonly string[]): NpmRunner {
  const given = readOptions('npm exec', words, NPM)
  const [named, ...others] = given.rest
  // The options ended at a `--` already.
  const ended = words.at(words.length - given.rest.length - 1) === '--' && given.rest.length < words.length
  if (named === undefined || ended) return runner(given)
  const at = others.indexOf('--')
  const before = at < 0 ? others : others.slice(0, at)
  const option = before.find((word) => word.startsWith('-') && !NPM.ignored.includes(word))
  if (option !== undefined)
    throw usage(`npm exec takes ${option} for itself, and not for ${named}`, `npm exec -- ${named} ${option}`)
  const args = [...before.filter((word) => !word.startsWith('-')), ...(at < 0 ? [] : others.slice(at + 1))]
  return runner({ ...given, rest: [named, ...args] })
}

/** `pnpm --package=a dlx b` as well as `pnpm dlx --package a b`. */
function pnpm(words: readonly string[]): NpmRunner | null {
  const at = words.findIndex((word) => !word.startsWith('-'))
  if (words[at] !== 'dlx') return null
  return runner(readOptions('pnpm dlx', [...words.slice(0, at), ...words.slice(at + 1)], PNPM))
}

function runner({ flags, values, rest }: GivenOptions): NpmRunner {
  return {
    kind: 'npm',
    packages: values('package'),
    words: rest,
    call: values('call').at(-1) ?? null,
    bun: flags.has('bun'),
  }
}
