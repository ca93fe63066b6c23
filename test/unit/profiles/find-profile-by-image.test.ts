import { describe, expect, it } from 'vitest'
import {
  findProfileByImage,
  findProfileByPackage,
  profileNameFor,
  profileNameForImage,
} from '../../../profiles/load.ts'
import { type ImageName, parseImageName } from '../../../runtime/model/image-name.ts'
import { profileFolder } from './profile-folder.ts'

const SHA = `sha256:${'0123456789abcdef'.repeat(4)}`
const GITHUB = 'ghcr.io/github/github-mcp-server'
const BUILTIN = {
  'builtin/github.yaml': `name: github\nimage: ${GITHUB}:v1\negress: []\n`,
  'builtin/fetch.yaml': 'name: fetch\nimage: docker.io/mcp/fetch\negress: []\n',
  'builtin/node.yaml': 'name: node\nimage: {name: node, user: image}\negress: []\n',
  'builtin/memory.yaml': 'name: memory\npackage: "@mcp/server-memory@1.0.0"\negress: []\n',
}
const image = (text: string): ImageName => {
  const parsed = parseImageName(text)
  if (!parsed.ok) throw new Error(parsed.flaw)
  return parsed.image
}

describe('findProfileByImage', () => {
  it.each<[string, Record<string, string>, string, string | null]>([
    ['built in, another tag', {}, `${GITHUB}:latest`, 'github'],
    ['built in, by digest', {}, `${GITHUB}@${SHA}`, 'github'],
    ['the registry left out here', {}, 'mcp/fetch:2', 'fetch'],
    ['the registry left out there', {}, 'docker.io/library/node', 'node'],
    ['none', {}, 'mcp/time', null],
    ['another registry', {}, 'ghcr.io/mcp/fetch', null],
    ['another owner', {}, 'evil/fetch', null],
    ['a longer name', {}, 'mcp/fetch-more', null],
    ['a package is no image', {}, 'mcp/server-memory', null],
    ["the user's own goes first", { 'user/mine.yaml': `image: ${GITHUB}\negress: []` }, GITHUB, 'mine'],
    ['a mention is not enough', { 'user/mine.yaml': `# ${GITHUB}\negress: []` }, GITHUB, 'github'],
    ['a layer', { 'user/github.yaml': 'extends: github' }, GITHUB, 'github'],
    [
      'a layer that runs something else',
      { 'user/github.yaml': 'extends: github\nimage: other/github-mcp-server' },
      GITHUB,
      null,
    ],
    [
      'what `egress allow` wrote',
      { 'user/mcp-time-image.yaml': 'name: mcp-time-image\negress: []' },
      'mcp/time:1',
      'mcp-time-image',
    ],
    [
      'not what it wrote for a package',
      { 'user/mcp-time.yaml': 'name: mcp-time\negress: []' },
      'mcp/time',
      null,
    ],
    [
      'not a profile of that name for a command',
      { 'user/mcp-time-image.yaml': 'command: [x]\negress: []' },
      'mcp/time',
      null,
    ],
    [
      'nor of the name that it has beside that one',
      {
        'user/time-image.yaml': 'command: [x]\negress: []',
        'user/time-image-33607480.yaml': 'command: [y]\negress: []',
      },
      'time',
      null,
    ],
  ])('%s', (_, files, name, found) => {
    expect(findProfileByImage(image(name), profileFolder({ ...BUILTIN, ...files }))).toBe(found)
  })

  it('chooses none of several', () => {
    const files = { 'user/a.yaml': 'image: x/y:1\negress: []', 'user/b.yaml': 'image: x/y\negress: []' }
    expect(() => findProfileByImage(image('x/y:2'), profileFolder(files))).toThrow(
      'several profiles describe x/y: a, b',
    )
  })

  it('does not pass over a broken one', () => {
    const folder = profileFolder({ ...BUILTIN, 'user/mine.yaml': `image: ${GITHUB}\negres: []` })
    expect(() => findProfileByImage(image(GITHUB), folder)).toThrow('no such field')
  })

  it('an image and a package of like names have each their own', () => {
    const folder = profileFolder({ 'user/mcp-time.yaml': 'name: mcp-time\negress: []' })
    expect(findProfileByPackage('mcp-time', folder)).toBe('mcp-time')
    expect(findProfileByImage(image('mcp/time'), folder)).toBeNull()
  })
})

describe('profileNameForImage', () => {
  it.each<[string, Record<string, string>, string]>([
    ['mcp/fetch:1', {}, 'mcp-fetch-image'],
    [`docker.io/mcp/fetch@${SHA}`, {}, 'mcp-fetch-image'],
    ['node', {}, 'node-image'],
    [GITHUB, {}, 'ghcr.io-github-github-mcp-server-image'],
    ['localhost:5000/x', {}, 'localhost-5000-x-image'],
    ['[::1]:5000/x', {}, '1--5000-x-image'],
    ['a/b.yaml', {}, 'a-b-yaml-image'],
    ['x', { 'user/x-image.yaml': 'egress: []' }, 'x-image'],
    ['x', { 'user/x-image.yaml': 'image: y\negress: []' }, 'x-image-2d711642'],
    ['x', { 'builtin/x-image.yaml': 'name: x-image\nimage: y\negress: []' }, 'x-image-2d711642'],
  ])('%s with %j: %s', (name, files, expected) => {
    expect(profileNameForImage(image(name), profileFolder(files))).toBe(expected)
  })

  it('keeps long ones apart, and within what a profile may be called', () => {
    const names = ['a', 'b'].map((end) =>
      profileNameForImage(image(`${'x'.repeat(90)}${end}`), profileFolder()),
    )
    expect(names[0]).not.toBe(names[1])
    for (const name of names) expect(name).toMatch(/^x{80}-image-[0-9a-f]{8}$/)
  })

  it('is not the name of the package that reads the same', () => {
    expect(profileNameFor('mcp-fetch', profileFolder())).toBe('mcp-fetch')
  })
})
