import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { koffiParts, type PinnedPart } from '../../../../runtime/sandbox/docker/koffi-parts.ts'

const part = (arch: string): PinnedPart => ({
  name: `@koromix/koffi-linux-${arch}`,
  version: '1.0.0',
  integrity: 'i',
})
let root = ''
let asked: string[] = []
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'koffi-'))
  asked = []
  onTestFinished(() => rmSync(root, { recursive: true }))
  write('node_modules/koffi/package.json', '{"name":"koffi"}')
  write('node_modules/koffi/index.js', 'library')
  write('node_modules/@koromix/koffi-linux-x64/koffi.node', 'installed')
  write('binaries.json', JSON.stringify({ x64: part('x64'), arm64: part('arm64') }))
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

const sources = () => ({
  tap: join(root, 'tap.cjs'),
  binaries: join(root, 'binaries.json'),
  fetch: async ({ name }: PinnedPart, folder: string) => {
    asked.push(name)
    mkdirSync(join(folder, 'node_modules', name), { recursive: true })
    writeFileSync(join(folder, 'node_modules', name, 'koffi.node'), 'fetched')
  },
})

test.each([
  ['x64', 'installed', []],
  ['arm64', 'fetched', ['@koromix/koffi-linux-arm64']],
])('for %s the binary is %s', async (arch, text, fetched) => {
  const modules = join(root, 'files/node_modules')
  await koffiParts(sources(), arch).gather(modules)
  expect(readFileSync(join(modules, 'koffi/index.js'), 'utf8')).toBe('library')
  expect(readFileSync(join(modules, `@koromix/koffi-linux-${arch}/koffi.node`), 'utf8')).toBe(text)
  expect(asked).toEqual(fetched)
  expect(existsSync(join(root, 'files/fetched'))).toBe(false)
})

test('an image has the same name wherever its binary comes from, and another for another binary', () => {
  const identity = (arch: string) => koffiParts(sources(), arch).identity
  const installed = identity('x64')
  rmSync(join(root, 'node_modules/@koromix'), { recursive: true })
  expect(identity('x64')).toBe(installed)
  expect(identity('arm64')).not.toBe(installed)
  expect(() => identity('riscv64')).toThrow('nothing to run on linux-riscv64')
})
