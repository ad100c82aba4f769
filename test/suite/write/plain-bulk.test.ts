// Rows with values for the same columns go a shorter way into the database than others. Nobody may see which: `fields` with all names changes
// nothing, and takes the longer one.
import fc from 'fast-check'
import { DataTypes, literal } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'

describeEachEngine('many new rows', (engine) => {
  const define = (db: Database, name: string): Table =>
    db.define(name, {
      name: { type: DataTypes.STRING, allowNull: false },
      age: { type: DataTypes.INTEGER, defaultValue: 7 },
      isActive: DataTypes.BOOLEAN,
      born: DataTypes.DATE(3),
      code: { type: DataTypes.INTEGER, unique: true },
    })
  const maybe = <T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arb, { nil: undefined, freq: 4 })
  /** All rows of a list have values for the same names, or each has its own. */
  const some = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Row[]> =>
    fc
      .tuple(fc.subarray(Object.keys(shape)), fc.boolean())
      .chain(([left, isMixed]) =>
        fc
          .array(fc.record(shape), { minLength: 1, maxLength: 12 })
          .map((rows) =>
            rows.map((row, at) =>
              Object.fromEntries(
                Object.entries(row).filter(
                  ([name, value]) =>
                    value !== undefined && (name === 'name' || !left.includes(name) || (isMixed && at % 2 === 0)),
                ),
              ),
            ),
          ),
      )
  const rows = some({
    name: fc.oneof(
      { arbitrary: fc.constantFrom('a', 'ü', ''), weight: 30 },
      { arbitrary: fc.constantFrom(null, literal("'sql'")), weight: 1 },
    ),
    age: fc.option(fc.nat(90), { freq: 5 }),
    isActive: fc.option(fc.boolean(), { freq: 5 }),
    born: fc.date({ min: new Date(0), max: new Date(2e12), noInvalidDate: true }),
    code: maybe(fc.nat(400)),
  })
  const plain = (value: unknown): unknown => (value instanceof Date ? value.toISOString().slice(0, 4) : value)
  const stateOf = (row: Row): unknown => [
    row.isNewRecord,
    row.changed(),
    Object.fromEntries(Object.entries(row.dataValues as Row).map(([name, value]) => [name, plain(value)])),
  ]

  test('are written as if all fields were named', async () => {
    const db = engine.script(await engine.connect())
    const [short, long] = [define(db, 'A'), define(db, 'B')]
    await db.sync()
    const write = async (table: Table, values: Row[], options: object): Promise<unknown> => {
      const instances = values.map((one) => table.build(one))
      let error = ''
      try {
        await table.bulkCreate(instances, options)
      } catch (caught) {
        error = (caught as Error).name
      }
      const found = await table.findAll({ order: ['id'], raw: true })
      return {
        error,
        instances: instances.map(stateOf),
        found: found.map(({ createdAt: _1, updatedAt: _2, ...row }) => row),
      }
    }
    const fields = ['id', 'name', 'age', 'isActive', 'born', 'code']
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        expect(await write(short, values, {})).toEqual(await write(long, values, { fields }))
      }),
      { numRuns: 30 },
    )
  })

  test('more than one statement takes: all or none, keys in order', async () => {
    const sequelize = await engine.connect()
    const User = define(engine.script(sequelize), 'User')
    await sequelize.sync()
    const many = Array.from({ length: 620 }, (_, n) => ({ name: `n${n}`, code: n, isActive: n % 2 === 0 }))
    const made = await User.bulkCreate(many)
    expect(made.map(({ id }) => id)).toEqual(many.map((_, n) => made[0]!.id + n))
    expect(made.every((one) => !one.isNewRecord && one.changed() === false && one.born === null)).toBe(true)
    expect((await User.findByPk(made[619]!.id)).code).toBe(619)
    const others = many.map((one, n) => ({ ...one, code: n === 600 ? 3 : n + 1000 }))
    await expect(User.bulkCreate(others)).rejects.toMatchObject({ name: 'SequelizeUniqueConstraintError' })
    expect(await User.count()).toBe(620)
  })

  test('changes of one of two instances with values of the same names are its own', async () => {
    const sequelize = await engine.connect()
    const User = define(engine.script(sequelize), 'User')
    const [a, b] = [User.build({ name: 'a' }), User.build({ name: 'b' })] as [Row, Row]
    a.age = 8
    a.changed('name', false)
    expect([a.changed(), b.changed()]).toEqual([['age'], ['name']])
    expect([a.previous('age'), b.previous('name')]).toEqual([7, undefined])
    b.set('name', 'c', { raw: true })
    expect([b.changed(), User.build({ name: 'd' }).changed()]).toEqual([false, ['name']])
  })
})
