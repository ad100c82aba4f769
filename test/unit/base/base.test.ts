import { expect, test } from 'vitest'
import { deepFreeze, draft } from '../../../src/base/freeze.js'
import { describeCycle, topologicalOrder } from '../../../src/base/graph.js'
import { Lru } from '../../../src/base/lru.js'

test('dependencies come first, otherwise the order stays', () => {
  const needs: Record<string, string[]> = {
    profiles: ['users'],
    users: [],
    addresses: ['profiles', 'elsewhere'],
    tags: [],
    self: ['self'],
  }
  const { order, cycles } = topologicalOrder(Object.keys(needs), (name) => needs[name] ?? [])
  expect(order).toEqual(['users', 'profiles', 'addresses', 'tags', 'self'])
  expect(cycles).toEqual([])
})

test('cycles are found and named', () => {
  const needs: Record<string, string[]> = { a: ['b'], b: ['c'], c: ['a'], d: ['a'], e: [] }
  const { order, cycles } = topologicalOrder(['d', 'a', 'b', 'c', 'e'], (name) => needs[name]!)
  expect(cycles).toHaveLength(1)
  expect([...cycles[0]!].sort()).toEqual(['a', 'b', 'c'])
  expect(order.indexOf('d')).toBe(3)
  expect(
    describeCycle(
      cycles[0]!,
      (name) => needs[name]!,
      (name) => name.toUpperCase(),
    ),
  ).toMatch(/^(A → B → C → A|B → C → A → B|C → A → B → C)$/)
})

test('a very long chain does not overflow', () => {
  const { order } = topologicalOrder(
    Array.from({ length: 20_000 }, (_, index) => index),
    (index) => (index < 19_999 ? [index + 1] : []),
  )
  expect(order[0]).toBe(19_999)
})

test('the cache keeps what is used and stays within its bounds', () => {
  const cache = new Lru<number, string>(4)
  for (let key = 0; key < 100; key += 1) {
    cache.set(key, `${key}`)
    cache.get(0)
    expect(cache.size).toBeLessThanOrEqual(4)
  }
  expect(cache.get(0)).toBe('0')
  expect(cache.get(99)).toBe('99')
  expect(cache.get(50)).toBeUndefined()
})

test('plain data is frozen deeply, instances are not', () => {
  const date = new Date()
  const value = deepFreeze({ where: { a: [1, { b: 2 }] }, date })
  expect(Object.isFrozen(value.where.a[1])).toBe(true)
  expect(Object.isFrozen(date)).toBe(false)
})

test('a draft may be written to and leaves the original alone', () => {
  const symbol = Symbol('op')
  const original = deepFreeze({ where: { a: 1, [symbol]: [1] }, date: new Date() })
  const copy = draft(original) as { where: { a: number; [symbol]: number[] }; date: Date }
  copy.where.a = 2
  copy.where[symbol].push(2)
  expect(original.where).toEqual({ a: 1, [symbol]: [1] })
  expect(copy.date).toBe(original.date)
})
