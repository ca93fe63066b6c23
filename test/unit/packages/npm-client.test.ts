import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findNpm } from '../../../runtime/packages/npm-client.ts'

let root: string
let node: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'npm-client-')))
  mkdirSync(join(root, 'node/bin'), { recursive: true })
  node = join(root, 'node/bin/node')
  writeFileSync(node, '')
})
afterEach(() => rmSync(root, { recursive: true }))

function plant(folder: string, name = 'npm'): string {
  const cli = join(root, folder, 'bin/npm-cli.js')
  mkdirSync(join(root, folder, 'bin'), { recursive: true })
  writeFileSync(cli, '')
  writeFileSync(join(root, folder, 'package.json'), JSON.stringify({ name }))
  return cli
}

function link(target: string, path: string): string {
  mkdirSync(join(root, path, '..'), { recursive: true })
  symlinkSync(target, join(root, path))
  return join(root, path, '..')
}

const find = (env: Record<string, string>, cwd = '/') => findNpm({ node, env, cwd }).cli

test('next to node, whatever PATH has', () => {
  const beside = plant('node/lib/node_modules/npm')
  const folder = link(plant('other/npm'), 'path/npm')
  expect(find({ PATH: folder })).toBe(beside)
})

test('next to what a linked node stands for', () => {
  const beside = plant('node/lib/node_modules/npm')
  const linked = link(node, 'shims/node')
  expect(findNpm({ node: join(linked, 'node'), env: {}, cwd: '/' }).cli).toBe(beside)
})

test('along PATH, links followed', () => {
  const cli = plant('share/npm')
  expect(find({ PATH: `${root}/empty:${link(cli, 'path/npm')}` })).toBe(cli)
})

test('a wrapper script in PATH stands beside its npm', () => {
  const cli = plant('prefix/lib/node_modules/npm')
  mkdirSync(join(root, 'prefix/bin'))
  writeFileSync(join(root, 'prefix/bin/npm'), '#!/bin/sh\n')
  chmodSync(join(root, 'prefix/bin/npm'), 0o755)
  expect(find({ PATH: join(root, 'prefix/bin') })).toBe(cli)
})

test('the npm that started us, last', () => {
  const cli = plant('share/npm')
  expect(find({ PATH: '/nowhere', npm_execpath: cli })).toBe(cli)
})

test.each([
  ['another client', 'share/npm', 'pnpm', 'npm_execpath'],
  ['a relative path', '', 'npm', 'npm_execpath'],
])('%s is passed over', (_, folder, name, variable) => {
  const path = folder === '' ? 'node_modules/npm/bin/npm-cli.js' : plant(folder, name)
  expect(() => find({ PATH: '', [variable]: path })).toThrow('npm was not found')
})

test("a project's own npm is never run, wherever in the project we stand", () => {
  const planted = plant('project/node_modules/npm')
  link(planted, 'project/node_modules/.bin/npm')
  const env = { PATH: join(root, 'project/node_modules/.bin'), npm_execpath: planted }
  for (const cwd of ['project', 'project/src/deep']) {
    expect(() => find(env, join(root, cwd))).toThrow('npm was not found')
    expect(() => find({ PATH: link(planted, `${cwd}/elsewhere/npm`) }, join(root, cwd))).toThrow(
      'npm was not found',
    )
  }
})

test('an empty or relative entry of PATH is the working folder: passed over', () => {
  plant('project/npm')
  expect(() => find({ PATH: ':.:bin' }, join(root, 'project'))).toThrow('npm was not found')
})
