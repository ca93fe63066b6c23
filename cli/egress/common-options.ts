/** What every command gets. */
export interface CommonOptions {
  /** The store's folder, absolute. */
  readonly store: string
  /** Milliseconds since 1970. */
  readonly now: number
}
