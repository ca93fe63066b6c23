import { isRecipient } from '../name-roles.ts'

/** A scalar of a JSON document. */
export interface Scalar {
  readonly pointer: string
  readonly text: string
}

/**
 * Knows values that get their name from a member beside them: `{"Name": "X-Bcc", "Value": "…"}`, in either order.
 * A value whose object's name may still come is held back until another object follows.
 */
export class Companions {
  readonly #onScalar: (scalar: Scalar, recipient: boolean) => void
  /** The object that a name said something of, with a slash behind; null: none. */
  #named: string | null = null
  #held: Scalar[] = []
  #holder: string | null = null

  constructor(onScalar: (scalar: Scalar, recipient: boolean) => void) {
    this.#onScalar = onScalar
  }

  add(scalar: Scalar): void {
    const { pointer, text } = scalar
    const parent = pointer.slice(0, pointer.lastIndexOf('/') + 1)
    if (this.#holder !== null && !pointer.startsWith(this.#holder)) this.end()
    if (this.#named !== null && !pointer.startsWith(this.#named)) this.#named = null
    if (text.length <= MAX_NAME && NAME.test(pointer) && isRecipient([text], false)) {
      this.#named = parent
      this.#release(true)
    }
    if (this.#named !== null) this.#onScalar(scalar, true)
    else if (VALUE.test(pointer) && text.length <= MAX_HELD && this.#held.length < MAX_COUNT) {
      this.#holder ??= parent
      this.#held.push(scalar)
    } else this.#onScalar(scalar, false)
  }

  /** No name comes any more. */
  end(): void {
    this.#release(false)
  }

  #release(recipient: boolean): void {
    const held = this.#held
    this.#held = []
    this.#holder = null
    for (const scalar of held) this.#onScalar(scalar, recipient)
  }
}

/** Of a pair (`["Bcc", "…"]`), the first. */
const NAME = /\/(?:name|key|header|headername|field|fieldname|type|kind|label|role|property|\d+\/0)$/i
const VALUE =
  /\/(?:values?|address|e?mail(?:_?address)?|content|ur[li]|data|text|endpoint|target)(?:\/\d+)?$/i
const MAX_NAME = 64
const MAX_HELD = 4096
const MAX_COUNT = 16
