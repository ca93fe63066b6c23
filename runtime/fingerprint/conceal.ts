import { looksSecret } from '../model/redacted-path.ts'

/** Takes out of a text what the server was given by its environment, and what looks like a key. */
export type Conceal = (text: string) => string

/** Shorter ones are words, and so are these: `outbound`, `production`. */
const LEAST = 6
const WORD = /^[a-z]{1,16}$/
const CONCEALED = '{…}'

export function concealing(values: readonly string[]): Conceal {
  const wanted = [...new Set(values)].filter((value) => value.length >= LEAST && !WORD.test(value))
  // The longer one first, where one is within the other.
  wanted.sort((a, b) => b.length - a.length)
  return (text) => {
    const known = wanted.reduce((rest, value) => rest.replaceAll(value, CONCEALED), text)
    return known.replace(RUN, (run) => (looksSecret(run) ? CONCEALED : run))
  }
}

// From the start of a run alone: each of its characters would be tried as one otherwise.
const RUN = /(?<![0-9A-Za-z])[0-9A-Za-z]{13,}/g
