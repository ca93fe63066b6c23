import { describe, expect, it } from 'vitest'
import { parseProfile } from '../../../profiles/parse-profile.ts'
import { McpRunError } from '../../../runtime/model/errors.ts'

const parse = (text: string) => parseProfile(`name: a\negress: []\n${text}`, 'p.yaml').source
const SHA = `sha256:${'0123456789abcdef'.repeat(4)}`

describe('an image', () => {
  it.each([
    'alpine',
    'mcp/everything',
    'owner/server:1.2.3',
    'ghcr.io/owner/server:latest',
    'docker.io/library/node:20-slim',
    'localhost:5000/x',
    'registry.example.com:5000/a/b__c/d-e.f:V1',
    `owner/server@${SHA}`,
    `owner/server:1@${SHA}`,
    SHA.slice(7, 19),
  ])('%s', (name) => {
    expect(parse(`image: ${JSON.stringify(name)}`).image).toEqual({
      name,
      entrypoint: null,
      user: 'non-root',
    })
  })

  it('with its entrypoint and user', () => {
    expect(parse('image: {name: owner/x, entrypoint: [node, x.js], user: image}').image).toEqual({
      ...{ name: 'owner/x', entrypoint: ['node', 'x.js'], user: 'image' },
    })
    expect(parse('image: {name: owner/x}').image).toMatchObject({ entrypoint: null, user: 'non-root' })
  })

  it.each([
    ['image: Owner/x', '3:8: image: `Owner/x` is no image: its name has capital letters', 'ghcr.io'],
    ['image: ""', '3:8: image: `` is no image: its name has no such form', 'ghcr.io'],
    ['image: https://ghcr.io/x', '3:8: image: `https://ghcr.io/x` is no image: it is a URL', 'ghcr.io'],
    ['image: "x:"', '3:8: image: `x:` is no image: what follows the last colon is no tag', 'ghcr.io'],
    ['image: x:-1', '3:8: image: `x:-1` is no image: what follows the last colon', 'ghcr.io'],
    ['image: "x@sha256:12"', '3:8: image: `x@sha256:12` is no image: what follows the @', 'ghcr.io'],
    [`image: "x@${SHA}@${SHA}"`, '3:8: image: `x@sha256:', 'ghcr.io'],
    ['image: --privileged', '3:8: image: `--privileged` is no image: its name', 'ghcr.io'],
    ['image: a b', '3:8: image: `a b` is no image: its name', 'ghcr.io'],
    ['image: "a\\nb"', '3:8: image: `a\\x0ab` is no image: its name', 'ghcr.io'],
    ['image: "a\\n:1"', '3:8: image: `a\\x0a:1` is no image: its name', 'ghcr.io'],
    ['image: a//b', '3:8: image: `a//b` is no image: its name', 'ghcr.io'],
    ['image: ../x', '3:8: image: `../x` is no image: its name', 'ghcr.io'],
    [`image: ${'a'.repeat(256)}`, '3:8: image: `aaa', 'ghcr.io'],
    ['image: 3', '3:8: image: must be a reference such as `owner/server:1.2.3`', 'docs'],
    ['image: {entrypoint: [x]}', '3:8: image.name: is missing', '`name:`'],
    ['image: {name: x, entrypoint: []}', '3:30: image.entrypoint: is empty', 'remove it'],
    ['image: {name: x, entrypoint: x}', '3:30: image.entrypoint: must be a list', '["x"]'],
    ['image: {name: x, entrypoint: ["a\\0"]}', '3:8: image: the entrypoint holds a NUL', 'remove it'],
    ['image: {name: x, user: root}', '3:24: image.user: must be one of non-root, image', 'one of'],
    ['image: {name: x, tag: y}', '3:18: image.tag: no such field', 'name, entrypoint, user'],
    ['package: x@1\nimage: x', '4:1: image: stands beside `package`', 'keep one of the two'],
    ['image: x\ncommand: [x]', '3:1: image: stands beside `command`', 'entrypoint'],
  ])('%s', (text, message, hint) => refused(text, message, hint))
})

function refused(text: string, message: string, hint: string): void {
  try {
    parse(text)
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    expect(error.message.slice(0, 7 + message.length)).toBe(`p.yaml:${message}`)
    expect(error.hint).toContain(hint)
    return
  }
  throw new Error(`accepted: ${text}`)
}
