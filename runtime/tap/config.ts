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
  /** What the tap becomes once all is ready; the program's whole environment is empty. */
  readonly command: readonly string[]
  /** Arguments for `--args`, NUL-separated in a descriptor whose number replaces the word `@args`. */
  readonly args: readonly Word[]
}

/** The tap's answer, in the same message as the descriptors or in place of them. */
export type TapStatus =
  | { readonly status: 'ready'; readonly ipv6: boolean }
  | { readonly status: 'failed'; readonly step: string; readonly message: string }
