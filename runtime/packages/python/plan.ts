/** What client.py is told, as JSON. Paths are absolute, and the same inside the sandbox. */
export interface PythonPlan {
  /** `prepare`: asks the interpreter's own pip what it goes by; nothing is reached. */
  readonly step: 'prepare' | 'install'
  /** What is installed goes to its `venv`. */
  readonly tree: string
  /** An empty folder. */
  readonly empty: string
  /** PEP 503's form. */
  readonly name: string
  /** What follows `pip install`. */
  readonly options: readonly string[]
  /** Where it leaves a JSON object: of `prepare` Prepared, else Answered. */
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

export interface Answered {
  readonly version: string
  /** Commands of the package itself: names of files in `venv/bin`. */
  readonly bins: readonly string[]
}
