import { describe, expect, it } from 'vitest'
import type { Found, ReadContext, Row } from '../../../src/read/hydrate.js'
import { compileReader } from '../../../src/read/hydrate.js'
import type { ResultMode } from '../../../src/read/request.js'
import { keyOf } from '../../../src/read/row-key.js'
import type { RowShape } from '../../../src/read/row-shape.js'
import { DataTypes } from '../../../src/types/index.js'
import { database } from './database.js'

const db = database()
const User = db.model('User', { name: DataTypes.STRING })
const Profile = db.model('Profile', { bio: DataTypes.STRING })

const part = (given: Partial<RowShape>): RowShape => ({
  branch: 0,
  as: '',
  path: '',
  cardinality: 'one',
  fields: [],
  open: [],
  presence: [],
  identity: [],
  hiddenKeys: [],
  children: [],
  queries: [],
  echo: [],
  ...given,
})
const double = (value: unknown): unknown => Number(value) * 2
const shape = part({
  fields: [
    { name: 'id', index: 0, fromRow: null },
    { name: '__proto__', index: 1, fromRow: double },
    { name: 'a"b\n', index: 2, fromRow: null },
  ],
  identity: [0],
  children: [
    part({
      branch: 1,
      as: 'profile',
      path: 'profile',
      fields: [{ name: 'bio', index: 3, fromRow: null }],
      presence: [4],
      identity: [4],
      hiddenKeys: [{ name: 'id', index: 4, fromRow: null }],
    }),
    part({
      branch: 2,
      as: '__proto__2',
      path: '__proto__2',
      fields: [{ name: 'bio', index: 5, fromRow: double }],
      presence: [5, 6],
    }),
  ],
  queries: [{ branch: 3, as: 'later', cardinality: 'one', keys: [0, 2] }],
  echo: [2],
})
const rows: Row[] = [
  [1, 4, 'x', 'b', 9, null, null],
  [2, null, 'y', null, null, 3, null],
  [3, 0, null, null, 7, null, 1],
]
const context: ReadContext = { models: [User, Profile, Profile, Profile], options: [{}, {}, {}, {}], columns: [] }

/** To-many below the root, below a to-many and below a one-to-one; keys of one part and of several; what a right join brings. */
const folded = part({
  fields: [{ name: 'id', index: 0, fromRow: null }],
  identity: [0],
  echo: [0],
  children: [
    part({
      branch: 1,
      as: 'tasks',
      cardinality: 'many',
      fields: [{ name: 'bio', index: 1, fromRow: double }],
      presence: [1],
      identity: [1, 2],
      hiddenKeys: [{ name: 'id', index: 2, fromRow: null }],
      queries: [{ branch: 5, as: 'later', cardinality: 'many', keys: [1, 2] }],
      children: [
        part({
          branch: 2,
          as: 'notes',
          cardinality: 'many',
          fields: [{ name: 'bio', index: 3, fromRow: null }],
          presence: [3],
          identity: [3],
        }),
      ],
    }),
    part({
      branch: 3,
      as: 'profile',
      fields: [{ name: 'bio', index: 4, fromRow: null }],
      presence: [4],
      identity: [4],
      children: [
        part({
          branch: 4,
          as: 'tags',
          cardinality: 'many',
          fields: [{ name: 'bio', index: 5, fromRow: null }],
          presence: [5],
        }),
      ],
    }),
  ],
})
const foldedRows: Row[] = [
  [1, 7, 1, 'n1', 'p1', 't1'],
  [1, 7, 1, 'n2', 'p1', 't1'],
  [2, null, null, null, null, null],
  [1, 7, 2, null, 'p1', null],
  [1, 7, 1, 'n1', 'p2', 't9'],
  [null, 8, 8, 'n8', null, null],
  [3, 9, 9, Buffer.from('a'), null, null],
  [3, 9, 9, Buffer.from('a'), null, null],
]
const foldedContext: ReadContext = {
  models: [User, Profile, Profile, Profile, Profile, Profile],
  options: [{}, {}, {}, {}, {}, {}],
  columns: [],
}
const keysOf = ({ keyed }: Found): unknown =>
  [...keyed].map(([branch, { parents, keys }]) => [branch, keys, parents.map(shown)])

/** Own values all the way down, instances by their class. */
const shown = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  const { dataValues, constructor, _options } = value as {
    dataValues?: object
    constructor: { name: string }
    _options: object
  }
  const own = Reflect.ownKeys(dataValues ?? value).map((key) => [
    key,
    shown((dataValues ?? (value as never))[key as never]),
  ])
  return dataValues === undefined ? own : [constructor.name, _options, own]
}

describe('readers', () => {
  for (const mode of ['instances', 'rows', 'nested'] as ResultMode[]) {
    it(`generated and closed over give the same ${mode}`, () => {
      const [generated, closed] = [true, false].map((generate) =>
        compileReader(shape, mode, false, generate)(rows, context),
      )
      expect(shown(generated!.items)).toEqual(shown(closed!.items))
      expect(generated!.items).toHaveLength(3)
      expect([...generated!.keyed].map(([branch, { keys }]) => [branch, keys])).toEqual(
        [...closed!.keyed].map(([branch, { keys }]) => [branch, keys]),
      )
    })
  }
  it('generated and closed over fold the same rows', () => {
    const [generated, closed] = [true, false].map((generate) =>
      compileReader(folded, 'instances', false, generate)(foldedRows, foldedContext),
    )
    expect(shown(generated!.items)).toEqual(shown(closed!.items))
    expect(keysOf(generated!)).toEqual(keysOf(closed!))
    const [first] = generated!.items as {
      dataValues: { tasks: unknown[]; profile: { dataValues: { tags: unknown[] } } }
    }[]
    expect(generated!.items).toHaveLength(3)
    expect(first!.dataValues.tasks).toHaveLength(2)
    expect(first!.dataValues.profile.dataValues.tags).toHaveLength(2)
  })
  it('makes instances with values of their own, whatever the names', () => {
    const { items, keyed } = compileReader(shape, 'instances', false)(rows, context)
    const [first, second, third] = items as {
      dataValues: Record<string, { dataValues: object; _options: object } | null>
    }[]
    expect(first).toBeInstanceOf(User)
    expect(Object.keys(first!.dataValues)).toEqual(['id', '__proto__', 'a"b\n', 'profile', '__proto__2', 'later'])
    expect(Object.getPrototypeOf(first!.dataValues)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(first!.dataValues, '__proto__')!.value).toBe(8)
    expect(first!.dataValues.profile).toBeInstanceOf(Profile)
    expect(first!.dataValues.profile!._options).toEqual({ hiddenKeys: { id: 9 } })
    expect(second!.dataValues.profile).toBeNull()
    // Converters never see null.
    expect(Object.getOwnPropertyDescriptor(second!.dataValues, '__proto__')!.value).toBeNull()
    expect(third!.dataValues.__proto__2!.dataValues).toEqual({ bio: null })
    expect(keyed.get(3)!.keys).toEqual([
      [1, 'x'],
      [2, 'y'],
      [3, null],
    ])
    expect(keyed.get(3)!.parents).toEqual(items)
    expect(keyed.get(-1)!.keys).toEqual([['x'], ['y'], [null]])
  })
  it('tells which rows have the same parent', () => {
    expect(compileReader(shape, 'instances', true)(rows, context).twice).toBeNull()
    expect(
      compileReader(shape, 'instances', true)([...rows, [2, 1, 'z', null, null, null, null]], context),
    ).toMatchObject({ items: [], twice: [1, 3] })
  })
  it('keys of several parts cannot be confused', () => {
    expect(keyOf(['a', 'bc'], [0, 1])).not.toBe(keyOf(['ab', 'c'], [0, 1]))
    expect(keyOf([1], [0])).toBe(keyOf([1n], [0]))
    expect(keyOf([Buffer.from('ab')], [0])).toBe(keyOf([new Uint8Array([97, 98])], [0]))
  })
  it('gives SQL without an alias the names of the database', () => {
    const open = part({
      fields: [
        { name: 'a', index: 0, fromRow: null },
        { name: 'b', index: 2, fromRow: null },
      ],
      open: [{ index: 1 }],
    })
    const read = compileReader(open, 'rows', false)
    expect(read([[1, 2, 3]], { ...context, columns: ['a', 'x', 'b'] }).items).toEqual([{ a: 1, x: 2, b: 3 }])
    expect(read([[1, 2, 2.5, 3]], { ...context, columns: ['a', 'x', 'y', 'b'] }).items).toEqual([
      { a: 1, x: 2, y: 2.5, b: 3 },
    ])
    expect(read([], { ...context, columns: ['a', 'x', 'b'] }).items).toEqual([])
  })
})
