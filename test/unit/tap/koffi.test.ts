import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import { loadKoffi } from '../../../runtime/tap/koffi.ts'

it('loads koffi by its binary alone, in the version that is pinned', () => {
  const { dependencies } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  expect(loadKoffi().version).toBe(dependencies.koffi)
  const { cache } = createRequire(import.meta.url)
  expect(Object.keys(cache).filter((file) => file.includes('koffi'))).toEqual([
    expect.stringMatching(/koffi\.node$/),
  ])
})
