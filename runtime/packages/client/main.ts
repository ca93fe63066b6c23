import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { fetchArchive } from './fetch-archive.ts'
import { askRegistry, chosenVersion, lookUp } from './look-up.ts'
import { openNpmLibrary } from './npm-library.ts'
import type { ClientPlan, FetchPlan } from './plan.ts'

// The program in the installation's sandbox: `node client.cjs PLAN [NPM ARGUMENTS]`. npm installs; what the registry
// says of the package is asked meanwhile, and checked against what was installed. Nothing of the package is run. With
// another plan, an archive is fetched.

/** What is missing costs knowledge, not the installation: what is not known is told as such, outside. */
const LIMIT_MS = 60_000

async function main(): Promise<number> {
  const [, , file = '', ...npmArguments] = process.argv
  const plan: ClientPlan | FetchPlan = JSON.parse(readFileSync(file, 'utf8'))
  if ('url' in plan) return fetched(plan)
  const npm = plan.install ? runNpm([plan.npmCli, ...npmArguments]) : Promise.resolve(0)
  const asked = ask(plan)
  asked.catch(() => undefined)
  const code = await npm
  if (code !== 0) return code
  const answer = await Promise.race([asked.then((found) => found()), tooLate()]).catch((error: unknown) => ({
    problem: error instanceof Error ? error.message : String(error),
    code: (error as NodeJS.ErrnoException).code ?? null,
  }))
  writeFileSync(plan.answer, JSON.stringify(answer))
  return 0
}

/** What fails is told in a line, for a person: where in npm's code it came up says nothing to them. */
async function fetched(plan: FetchPlan): Promise<number> {
  try {
    await fetchArchive(plan)
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 1
  }
}

async function ask(plan: ClientPlan) {
  const library = await openNpmLibrary(plan.npmCli, plan.settings)
  const asked = await Promise.all(plan.packages.map((wanted) => askRegistry(library, plan, wanted)))
  return async () => {
    const roots = asked.map((one) => {
      const root = chosenVersion(library, plan, one)
      if (root === null) throw new Error('npm installed something else')
      return { ...one, root }
    })
    return lookUp(library, plan, roots)
  }
}

async function runNpm(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}

async function tooLate(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, LIMIT_MS).unref())
  throw new Error('the registry did not answer in time')
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    process.exit(1)
  },
)
