import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadCompiled } from '../../../cli/compiled-code.ts'

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'compiled-'))
  folder = join(root, 'code')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const said = globalThis as { said?: string }

/** A program that says something, after what a program begins with. */
function program(words: string): string {
  const file = join(root, 'program.cjs')
  writeFileSync(file, `#!/usr/bin/env node\n"use strict";globalThis.said=${JSON.stringify(words)};`)
  return file
}

function kept(): readonly string[] {
  return readdirSync(folder).map((name) => join(folder, name))
}

async function started(file: string, expected: string): Promise<readonly string[]> {
  said.said = ''
  loadCompiled(file, folder, 0)
  expect(said.said).toBe(expected)
  return vi.waitFor(kept)
}

describe('loadCompiled', () => {
  it('keeps what V8 made of a program, for this user alone, and takes it at the next start', async () => {
    const file = program('one')
    const [first = ''] = await started(file, 'one')
    const source = readFileSync(file, 'utf8').replace(/^#!.*/, '')
    const script = new Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, {
      filename: file,
      cachedData: readFileSync(first),
    })
    expect(script.cachedDataRejected).toBe(false)
    utimesSync(first, 1, 1)
    expect(await started(file, 'one')).toEqual([first])
    await new Promise((resolve) => setTimeout(resolve, 20))
    // Not written again.
    expect(readdirSync(folder)).toHaveLength(1)
    expect(statSync(first).mtimeMs).toBe(1000)
  })

  it('adds what runs in a later start alone', async () => {
    const file = program('one')
    const seldom = `globalThis.seldom=()=>{${'globalThis.sum=[1,2,3].map(String);'.repeat(300)}}`
    writeFileSync(file, `${readFileSync(file, 'utf8')};${seldom}`)
    const [first = ''] = await started(file, 'one')
    const before = statSync(first).size
    ;(globalThis as unknown as { seldom: () => void }).seldom()
    await started(file, 'one')
    await vi.waitFor(() => expect(statSync(first).size).toBeGreaterThan(before * 1.5))
  })

  it('takes nothing that was made of another build, of the same length too', async () => {
    await started(program('one'), 'one')
    rmSync(join(root, 'program.cjs'))
    expect(await started(program('two'), 'two')).not.toHaveLength(0)
  })

  it('starts where what is kept is rubbish, and keeps it anew', async () => {
    const file = program('one')
    const [first = ''] = await started(file, 'one')
    writeFileSync(first, 'rubbish')
    // The same file at another place: what this process has compiled already, it would not read.
    mkdirSync(join(root, 'elsewhere'))
    linkSync(file, join(root, 'elsewhere', 'program.cjs'))
    await started(join(root, 'elsewhere', 'program.cjs'), 'one')
    await vi.waitFor(() => expect(readFileSync(first).length).toBeGreaterThan(100))
  })

  it('reads nothing that others may write', async () => {
    const [first = ''] = await started(program('one'), 'one')
    chmodSync(first, 0o666)
    utimesSync(first, 1, 1)
    await started(join(root, 'program.cjs'), 'one')
    // It was compiled, and kept again with its own rights.
    await vi.waitFor(() => expect(readFileSync(first).length).toBeGreaterThan(100))
    await vi.waitFor(() => expect(statSync(first).mode & 0o777).toBe(0o600))
  })

  it('loads what lies beside the program the same way, once', async () => {
    writeFileSync(join(root, 'part.cjs'), 'globalThis.said+="part ";exports.path=require("node:path").sep')
    const file = join(root, 'program.cjs')
    writeFileSync(file, 'require("./part.cjs");globalThis.said+=require("./part.cjs").path')
    await started(file, 'part /')
    await vi.waitFor(() => expect(kept()).toHaveLength(2))
  })

  it('keeps no more than a few', async () => {
    for (let n = 0; n < 30; n++) {
      rmSync(join(root, 'program.cjs'), { force: true })
      await started(program(`build ${'x'.repeat(n)}`), `build ${'x'.repeat(n)}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    expect(kept()).toHaveLength(24)
  })

  it('starts without a folder, or with one that cannot be made', () => {
    const file = program('one')
    said.said = ''
    loadCompiled(file, null)
    expect(said.said).toBe('one')
    said.said = ''
    loadCompiled(file, join(file, 'no-folder'), 0)
    expect(said.said).toBe('one')
  })
})
