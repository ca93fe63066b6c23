import type { Candidate } from '../model/payload.ts'
import { Candidates } from './candidates.ts'
import { FieldNames } from './field-names.ts'
import type { FieldRule } from './fields.ts'
import { type RequestHead, readHead } from './head-reader.ts'
import { bodyDecoder, newMessage } from './message-reader.ts'
import { isSharingPath } from './name-roles.ts'

export type { FieldRule } from './fields.ts'
export type { RequestHead } from './head-reader.ts'

export interface RequestFinderOptions {
  readonly head: RequestHead
  readonly fields: readonly FieldRule[]
  /** Each candidate of the body once, while `write` or `end` read it. */
  readonly onFound: (candidate: Candidate) => void
}

/** Finds where a request says that things go, and as whom, while its body passes. */
export interface RequestFinder {
  /** What the head holds, known at once. */
  readonly head: readonly Candidate[]
  /** Of the body, as far as it has been read. */
  readonly names: FieldNames
  /** Resolves when what was given is read. Memory stays bounded whatever comes. */
  write(chunk: Buffer): Promise<void> | void
  /** `unread`: in a few words, what was not read; null: all was. */
  end(): Promise<{ readonly unread: string | null }>
}

export function requestFinder({ head, fields, onFound }: RequestFinderOptions): RequestFinder {
  const inHead: Candidate[] = []
  let found = (candidate: Candidate): void => void inHead.push(candidate)
  const path = /^[^?#]*/.exec(head.target)?.[0] ?? ''
  const options = { rules: fields, sharing: isSharingPath(path), all: false }
  const names = new FieldNames()
  const message = newMessage(options, (text, spot, cut) => candidates.text(text, spot, cut), names)
  const candidates = new Candidates(message.work, (candidate) => found(candidate))
  readHead(head, message, candidates)
  found = onFound
  const body = bodyDecoder(message, head.headers)
  return {
    head: inHead,
    names,
    write: (chunk) => body.write(chunk),
    end: async () => {
      await body.end()
      return { unread: message.work.unread }
    },
  }
}
