import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { processInside } from '../../fixtures/product/leftovers.ts'
import type { Product } from '../../fixtures/product/product.ts'

/** A server that runs while the test looks at it, and speaks with the test line by line. */
export interface Live {
  readonly child: ChildProcess
  /** Of mcp-run itself. */
  readonly pid: number
  /** All that it has said on stderr. */
  stderr(): string
  /** Resolves when the server's stdout has had this line. */
  said(line: string): Promise<void>
  tell(line: string): void
  /** A process in the sandbox's network namespace. */
  inside(): Promise<number>
  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
}

export function start(mcp: Product, args: readonly string[]): Live {
  const child = mcp.spawn(args)
  const { pid, stdin, stdout, stderr } = child
  if (pid === undefined || stdin === null || stdout === null || stderr === null)
    throw new Error('not started')
  const lines = new Set<string>()
  const reader = createInterface({ input: stdout })
  reader.on('line', (line) => lines.add(line))
  let errors = ''
  stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const end = once(child, 'close').then(([code, signal]) => ({ code, signal }))
  stdin.on('error', () => undefined)
  return {
    child,
    pid,
    stderr: () => errors,
    said: async (line) => {
      while (!lines.has(line)) {
        const over = await Promise.race([once(reader, 'line').then(() => false), end.then(() => true)])
        if (over && !lines.has(line)) throw new Error(`it ended without saying ${line}: ${errors}`)
      }
    },
    tell: (line) => stdin.write(`${line}\n`),
    inside: () => processInside(mcp, pid),
    ended: () => end,
  }
}
