import { expect, it } from 'vitest'
import { pipFailure } from '../../../../runtime/packages/python/pip-failure.ts'
import { parseRequirement } from '../../../../runtime/packages/python/requirement.ts'

const REQUEST = { package: parseRequirement('tool'), beside: [], bin: null, python: null }
const END = { exitCode: 1, signal: null, stdoutTail: '', stderrTail: '', denied: [], timedOut: false }
const said = (end: object, log = '', secrets: readonly string[] = []) => {
  const { message, hint } = pipFailure(REQUEST, { ...END, ...end }, { log, secrets })
  return `${message} | ${hint}`
}

it.each<readonly [string, object, string]>([
  ['no pip', { exitCode: 3 }, 'has no pip to install with | apt-get install python3-venv'],
  [
    'missing',
    { stderrTail: 'ERROR: No matching distribution found for dep>=2' },
    'the index has no dep>=2 for this Python',
  ],
  ['missing', { stderrTail: 'ERROR: No matching distribution found for dep>=2' }, '--allow-scripts dep'],
  ['digests', { stderrTail: 'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES' }, 'is not what it should be'],
  ['a full disk', { stderrTail: 'OSError: [Errno 28] No space left on device' }, 'no space left'],
  ['a certificate', { stderrTail: 'SSLError(SSLCertVerificationError(1' }, 'certificate is not trusted'],
  ['conflicts', { stderrTail: 'ERROR: ResolutionImpossible: for help' }, 'cannot be had together'],
  [
    'a build',
    { stdoutTail: 'Collecting tool\nCollecting dep', stderrTail: 'error: subprocess-exited-with-error' },
    'the build of dep failed',
  ],
  [
    'a build that calls out',
    { denied: ['evil.test:80'], stdoutTail: 'Collecting dep\n  Preparing metadata (setup.py)' },
    'evil.test:80 was asked for while dep was built',
  ],
  [
    'another host',
    { denied: ['files.test:443'], stdoutTail: 'Collecting dep' },
    'files.test:443 was asked for, which is none of your index',
  ],
  ['a signal', { exitCode: null, signal: 'SIGKILL' }, 'pip failed (pip ended: SIGKILL)'],
])('%s', (_, end, expected) => {
  expect(said(end)).toContain(expected)
})

it('takes from pip’s log what became of an index', () => {
  const missing = { stderrTail: 'ERROR: No matching distribution found for tool' }
  expect(said(missing, 'x Could not fetch URL http://i.test/: 503 Server Error: x - skipping')).toContain(
    'could not be reached',
  )
  expect(said(missing, 'x Could not fetch URL http://i.test/: 404 Client Error: x - skipping')).toContain(
    'the index has no tool',
  )
  expect(said(missing, 'x Could not fetch URL http://i.test/: 401 Client Error: x')).toContain(
    'refused the credentials',
  )
})

it('shows no credential and no control character', () => {
  const text = said({ stderrTail: 'ERROR: bad http://u:pass-word@i.test \u001b[31m pass-word' }, '', [
    'pass-word',
  ])
  expect(text).not.toContain('pass-word')
  expect(text).not.toContain('\u001b')
})
