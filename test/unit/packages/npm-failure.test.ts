import { expect, test } from 'vitest'
import { npmFailure } from '../../../runtime/packages/npm-failure.ts'

const spec = { name: 'x', version: '1' }
const failure = (stderrTail: string, signal: string | null = null) =>
  npmFailure(
    spec,
    { exitCode: signal === null ? 1 : null, signal, stderrTail, stdoutTail: '', denied: [], timedOut: false },
    { secrets: ['tok-123456'] },
  )
const npm = (...lines: string[]) => lines.map((line) => `npm error ${line}\n`).join('')

test.each([
  [
    'E404',
    "404 Not Found - GET http://h/x - not found\nnpm error 404  'x@*' is not in this registry.",
    'does not have it',
  ],
  ['ETARGET', 'notarget No matching version found for x@9', 'no such version'],
  ['E401', 'Unable to authenticate', 'refused the credentials'],
  ['E403', '403 Forbidden', 'refused the credentials'],
  ['ENEEDAUTH', 'need auth', 'refused the credentials'],
  ['EINTEGRITY', 'sha512-a integrity checksum failed', 'not what the registry itself says'],
  ['ENOTFOUND', 'network getaddrinfo', 'could not be reached'],
  ['EAI_AGAIN', 'getaddrinfo', 'could not be reached'],
  ['ECONNREFUSED', 'connect', 'could not be reached'],
  ['ECONNRESET', 'socket hang up', 'could not be reached'],
  ['ERR_SOCKET_TIMEOUT', 'Socket timeout', 'could not be reached'],
  ['E503', '503 Service Unavailable', 'could not be reached'],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'tlsv1 alert internal error', 'could not be reached'],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'tlsv1 alert access denied', 'none of the registries'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed', 'certificate is not trusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unable', 'certificate is not trusted'],
  ['CERT_HAS_EXPIRED', 'expired', 'certificate is not trusted'],
  ['ENOSPC', 'nospc', 'disk is full'],
  ['EBADPLATFORM', 'notsup', 'not made for this platform'],
  ['EALLOWGIT', 'Fetching packages of type "git"', 'outside the registry'],
  ['EJSONPARSE', 'bad', 'cannot be used'],
  ['EWHATEVER', 'something', 'npm could not install it'],
])('%s', (code, text, message) => {
  const error = failure(
    npm(`code ${code}`, text, 'A complete log of this run can be found in: /x-debug-0.log'),
  )
  expect(error).toMatchObject({ code: 'install-failed', message: expect.stringContaining(message) })
  expect(error.message).toContain(`npm says ${code}`)
  expect(error.message).not.toContain('complete log')
  expect(error.hint).toBeTruthy()
})

test.each([
  ['the older form', 'npm ERR! code E404\nnpm ERR! 404 Not Found\n', 'does not have it'],
  ['no code, rubbish', npm('Unexpected token < in JSON'), 'cannot be used'],
  ['no code, a hang up', npm('socket hang up'), 'could not be reached'],
  ['no word at all', '', 'exit code 1'],
  ['warnings only', 'npm warn EBADENGINE x\n', 'exit code 1'],
])('%s', (_, stderr, message) => {
  expect(failure(stderr).message).toContain(message)
})

test('a signal is named', () => {
  expect(failure('', 'SIGKILL').message).toContain('ended by SIGKILL')
})

test('nothing secret, nothing that moves the cursor, nothing long', () => {
  const nasty = npm('code E401', 'token tok-123456 https://joe:pw@h/ \u001b[2J\u202e', 'y'.repeat(5000))
  const { message } = failure(nasty)
  for (const bad of ['tok-123456', 'joe:pw', '\u001b', '\u202e']) expect(message).not.toContain(bad)
  expect(message).toContain('***')
  expect(message.length).toBeLessThan(700)
})
