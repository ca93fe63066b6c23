/** What client.py is told, as JSON. Paths are absolute, and the same inside the sandbox. */
export interface PythonPlan {
  /**
   * `prepare`: asks the interpreter's own pip what it goes by; nothing is reached. `ask`: asks the indexes, in a sandbox of
   * its own, since what is built in the next one could answer as it likes.
   */
  readonly step: 'prepare' | 'ask' | 'install'
  /** What is installed goes to its `venv`. */
  readonly tree: string
  /** An empty folder. */
  readonly empty: string
  /** Of the package and what is installed beside it, in PEP 503's form. */
  readonly names: readonly string[]
  /** What follows `pip install`. */
  readonly options: readonly string[]
  /** Where it leaves a JSON object: of `prepare` Prepared, of `ask` Asked, else Answered. */
  readonly answer: string
}

/** What pip goes by where nobody names an index. */
export interface Prepared {
  /** Its version. */
  readonly pip: string
  readonly index: string
  /** The host that the index keeps its files on. */
  readonly files: string
}

/** Unread: see uploads.ts. */
export interface Asked {
  readonly files: unknown
}

export interface Answered {
  readonly version: string
  /** Commands of the package itself: names of files in `venv/bin`. */
  readonly bins: readonly string[]
}
