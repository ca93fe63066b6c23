import picocolors from 'picocolors'

export type Colours = ReturnType<typeof picocolors.createColors>

/** For a person at a terminal who has not asked for none (no-color.org). */
export function coloursFor(stream: { isTTY?: boolean | undefined }, env: NodeJS.ProcessEnv): Colours {
  const wanted = stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb'
  return picocolors.createColors(wanted)
}
