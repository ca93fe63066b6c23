import { expect, test } from 'vitest'
import { coloursFor } from '../../../cli/egress/colours.ts'

test.each([
  [true, {}, true],
  [true, { NO_COLOR: '' }, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { TERM: 'dumb' }, false],
  [false, {}, false],
  [undefined, { FORCE_COLOR: '1' }, false],
])('a terminal: %s, environment %j: colours %s', (isTTY, env, colours) => {
  expect(coloursFor({ isTTY }, env).red('x') !== 'x').toBe(colours)
})
