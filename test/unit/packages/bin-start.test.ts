import { expect, test } from 'vitest'
import { binCommand, binStart } from '../../../runtime/packages/bin-start.ts'

test.each([
  ['a.js', '#!/usr/bin/env node\nx', ['/n', 'a.js']],
  ['a.js', '#!/usr/bin/env node\r\nx', ['/n', 'a.js']],
  ['a.js', '#! /usr/bin/env  node', ['/n', 'a.js']],
  ['a', '#!/usr/bin/node --no-warnings\n', ['/n', '--no-warnings', 'a']],
  ['a', '#!/usr/bin/env -S node --a --b\n', ['/n', '--a', '--b', 'a']],
  ['a', '#!/usr/bin/env -Snode --a\n', ['/n', '--a', 'a']],
  ['a', '#!/usr/bin/env --split-string node\n', ['/n', 'a']],
  ['a.js', 'console.log(1)\n', ['/n', 'a.js']],
  ['a.mjs', '', ['/n', 'a.mjs']],
  ['a', 'console.log(1)', ['/n', 'a']],
  ['a.sh', 'echo', ['a.sh']],
  ['a', '#!/bin/sh\nexec node x', ['a']],
  ['a.js', '#!/usr/bin/env bun\n', ['a.js']],
  ['a', '#!/usr/bin/env -S python3 -u\n', ['a']],
  ['a', '#!/usr/bin/env\n', ['a']],
  ['a', '#!\n', ['a']],
  ['a', '\x7fELF\x02', ['a']],
])('%s beginning with %j', (script, head, command) => {
  expect(binCommand(binStart(script, Buffer.from(head, 'latin1')), '/n', script)).toEqual(command)
})
