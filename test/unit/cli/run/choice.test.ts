import { describe, expect, it } from 'vitest'
import { type ChoiceQuestion, decideSandbox, wantedSandbox } from '../../../../cli/run/choice.ts'
import type { SandboxName } from '../../../../cli/run/remembered-choice.ts'
import { onPlatform } from '../../../fixtures/on-platform.ts'

const chosen = (sandbox: SandboxName) => ({ sandbox, at: '2026-01-31T10:00:00.000Z' })
const [DOCKER, NATIVE] = [chosen('docker'), chosen('native')]
const yes = { works: true, reason: null }
const NO_ENGINE = { works: false, reason: 'nothing listens on /var/run/docker.sock' }
const NO_NATIVE = { works: false, reason: 'bwrap is not there' }
const question = (
  asked: ChoiceQuestion['asked'],
  remembered: ChoiceQuestion['remembered'] = null,
  image = false,
) => ({ asked, remembered, image })
const AGAIN = 'as chosen on 2026-01-31'
const IMAGE = 'it is an image'
const ENGINE = 'a container engine answers'
const ABSENT = `${NO_ENGINE.reason}`

describe('decideSandbox', () => {
  it.each<[ChoiceQuestion, boolean, boolean, SandboxName, string, boolean]>([
    // asked, remembered, image; whether docker and native work; which, why, remembered anew.
    [question('auto'), true, true, 'docker', ENGINE, true],
    [question('auto'), true, false, 'docker', ENGINE, true],
    [question('auto'), false, true, 'native', ABSENT, true],
    [question('auto', DOCKER), true, true, 'docker', AGAIN, false],
    [question('auto', DOCKER), true, false, 'docker', AGAIN, false],
    [question('auto', NATIVE), true, true, 'native', AGAIN, false],
    [question('auto', NATIVE), false, true, 'native', AGAIN, false],
    [question('docker'), true, true, 'docker', '--sandbox docker', true],
    [question('docker', DOCKER), true, false, 'docker', '--sandbox docker', false],
    [question('docker', NATIVE), true, true, 'docker', '--sandbox docker', true],
    [question('native'), true, true, 'native', '--sandbox native', true],
    [question('native', DOCKER), true, true, 'native', '--sandbox native', true],
    [question('native', NATIVE), false, true, 'native', '--sandbox native', false],
    [question('auto', null, true), true, false, 'docker', IMAGE, false],
    [question('auto', NATIVE, true), true, true, 'docker', IMAGE, false],
    [question('docker', null, true), true, true, 'docker', '--sandbox docker', false],
  ])('%j with docker %s, native %s: %s, %s', (asked, docker, native, sandbox, why, remember) => {
    const given = { engine: docker ? yes : NO_ENGINE, native: native ? yes : NO_NATIVE }
    expect(decideSandbox(asked, given)).toEqual({ sandbox, why, remember })
  })

  const cannot = (sandbox: string, why: string, reason: string) =>
    `sandbox ${sandbox} (${why}) cannot be had: ${reason}`
  const START = 'start Docker or Podman'
  const DOCTOR = 'mcp-run doctor says what the native sandbox lacks, and doctor --fix adds it'

  it.each<[ChoiceQuestion, boolean, boolean, string, string]>([
    [
      question('auto'),
      false,
      false,
      `no sandbox can be had: ${ABSENT}, and native: ${NO_NATIVE.reason}`,
      `${DOCTOR}; or ${START}`,
    ],
    [
      question('auto', DOCKER),
      false,
      true,
      cannot('docker', AGAIN, NO_ENGINE.reason),
      `${START}; --sandbox native once changes it for good`,
    ],
    [
      question('auto', NATIVE),
      true,
      false,
      cannot('native', AGAIN, NO_NATIVE.reason),
      `${DOCTOR}; --sandbox docker once changes it for good`,
    ],
    [question('docker', NATIVE), false, true, cannot('docker', '--sandbox docker', NO_ENGINE.reason), START],
    [question('native', DOCKER), true, false, cannot('native', '--sandbox native', NO_NATIVE.reason), DOCTOR],
    [question('auto', NATIVE, true), false, true, cannot('docker', IMAGE, NO_ENGINE.reason), START],
    [
      question('native', null, true),
      true,
      true,
      'an image runs in a container, and --sandbox native has none',
      'leave --sandbox out, or run the server as a package or a command',
    ],
  ])('%j with docker %s, native %s: refused', (asked, docker, native, message, hint) => {
    const given = { engine: docker ? yes : NO_ENGINE, native: native ? yes : NO_NATIVE }
    expect(decideSandbox(asked, given)).toEqual({ sandbox: null, message, hint })
  })
})

it.each<[ChoiceQuestion, SandboxName | null]>([
  [question('auto'), null],
  [question('auto', NATIVE), 'native'],
  [question('docker', NATIVE), 'docker'],
  [question('auto', NATIVE, true), 'docker'],
])('%j: only %s need be tried', (asked, sandbox) => {
  expect(wantedSandbox(asked)?.sandbox ?? null).toBe(sandbox)
})

it('on another system there is one sandbox, whatever a store of Linux remembers, and no other is advised', () => {
  onPlatform('darwin')
  const wanted = { sandbox: 'docker', why: 'the one on macOS' }
  expect(wantedSandbox(question('auto'))).toEqual(wanted)
  expect(wantedSandbox(question('auto', NATIVE))).toEqual(wanted)
  expect(decideSandbox(question('auto'), { engine: NO_ENGINE, native: NO_NATIVE })).toMatchObject({
    sandbox: null,
    hint: 'start Docker or Podman',
  })
})
