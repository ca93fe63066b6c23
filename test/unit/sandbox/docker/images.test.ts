import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { follow } from '../../../../runtime/sandbox/docker/images.ts'

const CODE = "The command '/bin/sh -c apt-get install git' returned a non-zero code: 100"

test.each<readonly [what: string, lines: readonly object[], message: string]>([
  [
    'what the step printed last',
    [
      { stream: 'Step 4/7 : RUN apt-get install git' },
      { stream: ' ---> Running in 1f2e\n' },
      { stream: 'Reading package lists...\n' },
      { stream: '\u001b[91mE: Unable to locate package git\n\u001b[0m' },
      { stream: 'Removing intermediate container 1f2e\n' },
      { error: CODE },
    ],
    'a step ended with exit code 100: E: Unable to locate package git',
  ],
  [
    'Podman’s',
    [{ stream: 'E: No git\n' }, { error: 'building at STEP "RUN x": exit status 7' }],
    'a step ended with exit code 7: E: No git',
  ],
  ['a step that printed nothing', [{ stream: 'Step 4/7 : RUN x' }, { error: CODE }], CODE],
  [
    'what is no step’s',
    [{ stream: 'Step 2/7 : FROM x' }, { error: 'pull access denied for x' }],
    'pull access denied for x',
  ],
])('a build that fails is told with %s', async (_, lines, message) => {
  const stream = Readable.from(lines.map((line) => `${JSON.stringify(line)}\n`))
  await expect(follow(stream, () => undefined)).rejects.toThrow(new Error(message))
})
