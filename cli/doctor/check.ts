/** One finding about this machine. */
export interface Check {
  readonly name: string
  readonly state: 'ok' | 'missing' | 'note'
  /** What was read, in one line. */
  readonly detail: string
  /** The commands that mend it, as argument lists; null where nothing is to be mended or no command can. */
  readonly fix: readonly (readonly string[])[] | null
}

export function ok(name: string, detail: string): Check {
  return { name, state: 'ok', detail, fix: null }
}

export function missing(name: string, detail: string, fix: Check['fix'] = null): Check {
  return { name, state: 'missing', detail, fix }
}

/** Worth knowing; the sandbox works without. */
export function note(name: string, detail: string): Check {
  return { name, state: 'note', detail, fix: null }
}
