import { chownSync, cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Internet } from '../../fixtures/internet/model.ts'
import { type Product, product, type User } from '../../fixtures/product/product.ts'
import type { HostListener } from './host-listener.ts'
import { type Measured, measured } from './measure.ts'
import { type Ended, runToEnd } from './run-to-end.ts'

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url))
/** What the scripts' `$KIT` and `$KOFFI` are, outside of a sandbox. */
export const KIT: string = fileURLToPath(new URL('../kit', import.meta.url))
export const KOFFI: string = join(MODULES, 'koffi')
/** Cases at once: they mostly wait. */
const AT_ONCE = 12
const CASE_TIMEOUT_S = 15
const TIMEOUT_MS = 120_000
export const SERVER = 'hostile'

export interface Script {
  /** Lines of the profile's `egress:`. */
  readonly egress: string
  readonly script: string
}

/** What happened, at both ends. */
export interface Barrage extends Measured {
  readonly mcp: Product
  readonly result: Ended
  /** What each script printed, in order; stderr included. */
  readonly outputs: readonly string[]
  /** The sandbox's interfaces, as it sees them. */
  readonly links: string
}

export interface BarrageOptions {
  readonly user: User
  /** A build; absent: the product's own. */
  readonly dist?: string
  readonly scripts: readonly Script[]
  /** More of the profile, beside its destinations. */
  readonly profile?: string
  readonly listener?: HostListener
  /** More of mcp-run's options. */
  readonly args?: readonly string[]
  /** More of mcp-run's own environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Lays things on the host that are mcp-run's user's. */
  readonly plant?: (mcp: Product) => void
}

/** Runs all scripts in one sandbox, several at a time, and takes the world's counts before and after. */
export async function fire(internet: Internet, options: BarrageOptions): Promise<Barrage> {
  const { user, dist, scripts, profile = '', listener, args = [], env = {}, plant } = options
  const mcp = product(internet, { user, env, ...(dist !== undefined && { dist }) })
  plant?.(mcp)
  lay(mcp, scripts)
  const file = mcp.profile(SERVER, profileText(scripts, profile))
  const measures = await measured(internet, listener, () => {
    return runToEnd(mcp.spawn(['--profile', file, ...args, '--', 'sh', '-c', DRIVER]), TIMEOUT_MS)
  })
  const parts = new Map(
    measures.result.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .flatMap((line) => Object.entries(JSON.parse(line) as Record<string, string>))
      .map(([name, text]) => [name, Buffer.from(text, 'base64').toString()]),
  )
  const outputs = scripts.map((_, index) => parts.get(`out-${index}`) ?? '')
  return { mcp, ...measures, outputs, links: parts.get('links') ?? '' }
}

/** The working folder is shown to the server at the same path. */
function lay(mcp: Product, scripts: readonly Script[]): void {
  const folder = join(mcp.cwd, 'cases')
  mkdirSync(folder)
  for (const [index, { script }] of scripts.entries()) writeFileSync(join(folder, `${index}`), script)
  cpSync(KIT, join(mcp.cwd, 'kit'), { recursive: true })
  if (mcp.user === 'plain') for (const path of [folder, join(mcp.cwd, 'kit')]) chownSync(path, 12_345, 12_345)
}

function profileText(scripts: readonly Script[], more: string): string {
  const egress = [...new Set(scripts.map(({ egress }) => egress).filter((entry) => entry !== ''))]
  return `name: ${SERVER}
egress:${egress.length === 0 ? ' []' : ''}
${egress.join('\n')}
files:
  read: ${JSON.stringify(koffiFolders())}
env:
  set:
    KOFFI: ${KOFFI}
    KIT: \${CWD}/kit
${more}`
}

/** The library itself and its binary, which npm puts beside it. */
function koffiFolders(): string[] {
  return readdirSync(MODULES)
    .filter((name) => name === 'koffi' || name === '@koromix')
    .map((name) => join(MODULES, name))
}

// Each script's words in base64, so that nothing in them can end a line; in JSON, which alone passes in every mode.
const DRIVER = `
echo "{\\"links\\":\\"$(ip -o link | base64 -w0)\\"}"
cd cases
ls | xargs -P ${AT_ONCE} -I{} sh -c 'timeout -k 1 ${CASE_TIMEOUT_S} sh {} >/tmp/out-{} 2>&1 </dev/null'
cd /tmp
for file in out-*; do echo "{\\"$file\\":\\"$(base64 -w0 $file)\\"}"; done
`
