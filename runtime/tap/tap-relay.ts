import type { Channel } from './channel.ts'
import type { TapConfig } from './config.ts'
import type { TapLink } from './link.ts'
import type { CaptureSockets } from './sockets.ts'

/** mcp-run to the process that has the tap's sockets in its place. */
export type ToTapRelay = { readonly kind: 'tap-order'; readonly config: TapConfig }

export type FromTapRelay =
  /** `failure`: null when the sockets are there, and are what they should be. */
  | { readonly kind: 'tap-sockets'; readonly failure: string | null }
  | { readonly kind: 'tap-became'; readonly failure: string | null }

/** Longer than a container takes to start on a busy machine. */
const TIMEOUT_MS = 60_000

/** In that process: takes the sockets, and hands on what mcp-run orders. */
export async function relayTap(
  link: TapLink,
  channel: Channel<ToTapRelay, FromTapRelay>,
): Promise<CaptureSockets> {
  channel.on('tap-order', async ({ config }) => {
    try {
      link.order(config)
      channel.send({ kind: 'tap-became', failure: await link.became() })
    } catch (error) {
      channel.send({ kind: 'tap-became', failure: String(error) })
    }
  })
  try {
    const sockets = await link.sockets(TIMEOUT_MS)
    channel.send({ kind: 'tap-sockets', failure: null })
    return sockets
  } catch (error) {
    channel.send({ kind: 'tap-sockets', failure: error instanceof Error ? error.message : String(error) })
    throw error
  }
}

/** In mcp-run: the tap behind that process. */
export interface RemoteTap {
  /** Rejects with what went wrong. */
  readonly ready: Promise<void>
  /** Null when the tap holds the namespace, else what went wrong. */
  order(config: TapConfig): Promise<string | null>
}

export function remoteTap(channel: Channel<FromTapRelay, ToTapRelay>): RemoteTap {
  const gone = channel.ended.then(() => "the recorder's container ended")
  const told = (kind: FromTapRelay['kind']) =>
    Promise.race([
      new Promise<string | null>((resolve) => channel.on(kind, ({ failure }) => resolve(failure))),
      gone,
    ])
  const ready = told('tap-sockets').then((failure) => {
    if (failure !== null) throw new Error(failure)
  })
  ready.catch(() => undefined)
  return {
    ready,
    order: (config) => {
      const became = told('tap-became')
      channel.send({ kind: 'tap-order', config })
      return became
    },
  }
}
