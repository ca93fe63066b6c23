import { expect, test } from 'vitest'
import { ShapeTree } from '../../../runtime/fingerprint/shape-tree.ts'

const way = (text: string) => text.split('/')
const add = (tree: ShapeTree, text: string) => {
  const { segments, isNew } = tree.add(way(text))
  return `${segments.join('/')}${isNew ? ' new' : ''}`
}

test('a way is new once', () => {
  const tree = new ShapeTree({ limits: [8] })
  expect(['a', 'a/b', 'a/b', 'a'].map((text) => add(tree, text))).toEqual(['a new', 'a/b new', 'a/b', 'a'])
})

test('beyond the limit what follows one way is folded, and what followed it stays known', () => {
  const tree = new ShapeTree({ limits: [8, 3] })
  const repositories = ['a', 'b', 'c'].map((name) => add(tree, `repos/${name}/issues`))
  expect(repositories).toEqual(['repos/a/issues new', 'repos/b/issues new', 'repos/c/issues new'])
  expect(add(tree, 'repos/d/issues')).toBe('repos/*/issues')
  expect(add(tree, 'repos/a/issues')).toBe('repos/*/issues')
  expect(add(tree, 'repos/e/pulls')).toBe('repos/*/pulls new')
  expect(add(tree, 'users/e')).toBe('users/e new')
})

test('what is kept apart is told apart in the widest place too', () => {
  const tree = new ShapeTree({ limits: [2], keeps: (segment) => segment === 'bcc' })
  for (const name of ['a', 'b', 'c', 'd']) add(tree, name)
  expect([add(tree, 'e'), add(tree, 'bcc'), add(tree, 'bcc')]).toEqual(['*', 'bcc new', 'bcc'])
})

test('a tree made of what was kept goes on where it was', () => {
  const one = new ShapeTree({ limits: [3] })
  const kept = ['a', 'b', 'c', 'd', 'e'].map((name) => one.add([name]).segments)
  const next = new ShapeTree({ limits: [3], kept })
  expect(['a', 'f', 'b'].map((name) => add(next, name))).toEqual(['*', '*', '*'])
  const narrow = new ShapeTree({ limits: [3], kept: [['a'], ['b']] })
  expect(['a', 'c'].map((name) => add(narrow, name))).toEqual(['a', 'c new'])
})

test('it says how many others there were where a way leaves them', () => {
  const tree = new ShapeTree({ limits: [8] })
  expect(['a/x', 'b/x', 'b/y', 'b/z'].map((text) => tree.add(way(text)).siblings)).toEqual([0, 1, 1, 2])
})

test('its size is bounded by its limits, whatever comes', () => {
  const tree = new ShapeTree({ limits: [4] })
  const shapes = new Set<string>()
  for (let n = 0; n < 20_000; n++) shapes.add(add(tree, `${n % 97}/${n % 89}/${n}`).replace(' new', ''))
  expect(shapes.size).toBeLessThan(100)
})
