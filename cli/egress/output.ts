import { once } from 'node:events'

/** Writes text and waits while the reader is behind, so that a long listing never piles up in memory. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain')
}

/** A reader that has seen enough (`| head`) is no error. */
export function endQuietlyWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

/** Columns that a line may take: the terminal's; without one nothing is cut. */
export function lineWidth(): number {
  return process.stdout.isTTY ? Math.max(80, process.stdout.columns ?? 100) : Number.POSITIVE_INFINITY
}
