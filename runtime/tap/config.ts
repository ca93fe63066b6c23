import type { SocketName } from './sockets.ts'

/** What mcp-run tells the tap: JSON over the link, one message, before the server's process begins. */

/** Inherited by the tap and kept for bubblewrap, which tells on it of its command's end; its command does not get it. */
export const STATUS_FD = 4

/** One word of a command line; `data` becomes a descriptor that holds it, and its number the word. */
export type Word = string | { readonly data: string /* base64 */ }

/** A folder or file of the host put where the sandbox's user can reach it. */
export interface StagedMount {
  readonly source: string
  readonly target: string
  readonly directory: boolean
  /** Shows the owner's files as the sandbox user's own (an idmapped mount). */
  readonly idmap: { readonly uid: number; readonly gid: number; readonly to: number } | null
  /** Where the file system cannot map ids: mount it as it is (what anybody may read stays readable), or fail. */
  readonly withoutIdmap: 'plain' | 'fail'
}

export interface TapConfig {
  readonly hostLoopbackPorts: readonly number[]
  /** A tmpfs is mounted over this folder, and the mounts are made in it; null where none are needed. */
  readonly stage: { readonly folder: string; readonly mounts: readonly StagedMount[] } | null
  /**
   * What the tap becomes once all is ready; the program's whole environment is empty. `hold`: a process that stays
   * in the namespace until the link ends, and asks the kernel what it is told to ask.
   */
  readonly command: readonly string[] | 'hold'
  /** Whose id the command has, without any group; null: this process's own. */
  readonly user: number | null
  /** Arguments for `--args`, NUL-separated in a descriptor whose number replaces the word `@args`. */
  readonly args: readonly Word[]
}

/** The tap's answers, a line of JSON each. */
export type TapStatus =
  | {
      readonly status: 'ready'
      /** What each of the descriptors is that come with this line, in their order; of one name there may be several. */
      readonly sockets: readonly SocketName[]
      /** The namespace they are in, as the tap sees it: `net:[4026532992]`. */
      readonly namespace: string
    }
  /** All orders are carried out: what comes next is the command's. */
  | { readonly status: 'holding' }
  | { readonly status: 'failed'; readonly step: string; readonly message: string }
