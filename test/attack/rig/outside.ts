import type { Internet } from '../../fixtures/internet/model.ts'
import type { User } from '../../fixtures/product/product.ts'
import { KIT, KOFFI } from './barrage.ts'

const UID = { root: 0, plain: 12_345 } as const
const TIMEOUT_MS = 15_000

/** Runs the scripts on the host as they are, outside of any sandbox; gives what each printed. */
export async function runOutside(
  internet: Internet,
  user: User,
  scripts: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const uid = UID[user]
  const cwd = internet.folder(uid)
  const outputs: string[] = []
  for (const script of scripts) {
    const options = { uid, cwd, env: { ...env, HOME: cwd, KIT, KOFFI }, timeoutMs: TIMEOUT_MS }
    const { stdout } = await internet.run(['sh', '-c', `{ ${script}\n} 2>&1`], options)
    outputs.push(stdout.toString())
  }
  return outputs
}
