import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readInstalledManifest } from '../../../runtime/packages/installed-manifest.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'manifest-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const write = (manifest: unknown) =>
  writeFileSync(
    join(folder, 'package.json'),
    typeof manifest === 'string' ? manifest : JSON.stringify(manifest),
  )

test('commands whose script is a file, with how each is started', () => {
  writeFileSync(join(folder, 'cli.js'), '#!/usr/bin/env node\n')
  writeFileSync(join(folder, 'tool'), '#!/bin/sh\n')
  mkdirSync(join(folder, 'dir'))
  symlinkSync('/etc/hostname', join(folder, 'link'))
  write({ bin: { a: './cli.js', b: 'tool', missing: 'x.js', dir: 'dir', link: 'link' } })
  expect(readInstalledManifest(folder, 'x')?.bins).toEqual({
    a: { path: 'cli.js', start: { kind: 'node', nodeArgs: [] } },
    b: { path: 'tool', start: { kind: 'program' } },
  })
})

test.each([
  [{}, false],
  [{ scripts: { test: 'x', prepare: 'x' } }, false],
  [{ scripts: { preinstall: 'x' } }, true],
  [{ scripts: { install: 'x' } }, true],
  [{ scripts: { postinstall: 'x' } }, true],
])('install scripts of %j: %s', (manifest, hasScripts) => {
  write(manifest)
  expect(readInstalledManifest(folder, 'x')?.hasScripts).toBe(hasScripts)
})

test('a binding.gyp is an install script too', () => {
  write({})
  writeFileSync(join(folder, 'binding.gyp'), '{}')
  expect(readInstalledManifest(folder, 'x')?.hasScripts).toBe(true)
})

test.each([
  [{ engines: { node: '>=22' } }, '>=22'],
  [{ engines: ['node >= 0.8'] }, null],
  [{ engines: 'x' }, null],
  [{}, null],
  ['\ufeff{"engines":{"node":"20"}}', '20'],
])('engines of %j: %s', (manifest, engines) => {
  write(manifest)
  expect(readInstalledManifest(folder, 'x')?.engines).toBe(engines)
})

test.each(['', '{', 'x'])('a package.json of %j is none', (text) => {
  write(text)
  expect(readInstalledManifest(folder, 'x')).toBeNull()
})

test('nor is one that is a link, a folder or missing', () => {
  expect(readInstalledManifest(folder, 'x')).toBeNull()
  symlinkSync('/etc/hostname', join(folder, 'package.json'))
  expect(readInstalledManifest(folder, 'x')).toBeNull()
  rmSync(join(folder, 'package.json'))
  mkdirSync(join(folder, 'package.json'))
  expect(readInstalledManifest(folder, 'x')).toBeNull()
})
