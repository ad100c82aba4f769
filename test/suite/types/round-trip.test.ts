// Values of every data type, at random and at the edges, come back as they were on every way there is to write and read them.
import fc from 'fast-check'
import { DataTypes, Op, ValidationError } from 'mortise'
import { expect, test } from 'vitest'
import type { Engine } from '../../support/databases.js'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row, Table } from '../../support/untyped.js'
import type { Kind } from './kinds.js'
import { KINDS } from './kinds.js'
import { same } from './values.js'

const RUNS = 3

/** Says with what the row was written. */
function expectSame(found: unknown, written: unknown, kind: Kind, way: string): void {
  const expected = kind.read === undefined ? written : kind.read(written as never)
  if (same(found, expected)) return
  // The comparison of the test's own first, so that its message shows both.
  expect({ way, written, found }).toEqual({ way, written, found: expected })
  throw new Error(`${way}: wrote ${String(written)}, expected ${String(expected)}, found ${String(found)}`)
}

/** `closely`: so many of the values are also written by an update, and searched for. */
async function checkBatch(
  kind: Kind,
  batch: readonly unknown[],
  { Owner, Thing }: Models,
  closely: number,
): Promise<void> {
  const values = (row: Row): unknown => row.value
  const owners = await Owner.bulkCreate(batch.map((_value, at) => ({ name: `owner ${at}` })))
  const made = await Thing.bulkCreate(batch.map((value, at) => ({ value, ownerId: owners[at]!.id })))
  expect(made).toHaveLength(batch.length)
  const each = (rows: readonly unknown[], way: string): void => {
    expect(rows).toHaveLength(batch.length)
    for (const [at, written] of batch.entries()) expectSame(rows[at], written, kind, way)
  }
  each((await Thing.findAll({ order: ['id'] })).map(values), 'bulkCreate → findAll')
  each((await Thing.findAll({ order: ['id'], raw: true })).map(values), 'raw')
  const joined = await Owner.findAll({ include: 'thing', order: ['id'] })
  each(
    joined.map((owner) => owner.thing.value),
    'in an include',
  )
  const [first] = batch
  const created = await Thing.create({ value: first })
  const read = await Thing.findByPk(created.id)
  expectSame(read.value, first, kind, 'create → findByPk')
  // Nothing to save: what was read is what is there.
  expect(read.changed()).toBe(false)
  read.set('value', read.value)
  expect(read.changed()).toBe(false)
  expect(Thing.modelDefinition.attributes.get('value').type.areValuesEqual(created.value, read.value)).toBe(true)
  for (const [at, written] of batch.slice(0, closely).entries()) {
    if (at > 0)
      await (at % 2 === 0
        ? read.update({ value: written })
        : Thing.update({ value: written }, { where: { id: read.id } }))
    await read.reload()
    expectSame(read.value, written, kind, 'update')
    if (kind.incomparable) continue
    const found = await Thing.findAll({ where: { value: { [Op.eq]: written } } })
    if (!found.some(({ id }) => id === read.id))
      expect({ way: 'where equal', found: null }).toEqual({ way: 'where equal', found: written })
  }
}

const edgesOf = (kind: Kind, engine: Engine): unknown[] => [
  ...kind.edges,
  ...Object.entries(kind.more ?? {}).flatMap(([feature, values]) =>
    engine.features.has(feature as never) ? values : [],
  ),
]

interface Models {
  readonly Owner: Table
  readonly Thing: Table
}
async function modelsOf(db: Database, kind: Kind): Promise<Models> {
  const Owner = db.define('Owner', { name: DataTypes.STRING }, { timestamps: false })
  const Thing = db.define('Thing', { value: { type: kind.type } }, { timestamps: false })
  Owner.hasOne(Thing, { as: 'thing', foreignKey: 'ownerId' })
  await db.sync()
  return { Owner, Thing }
}

describeEachEngine('values of every data type come back as they were', (engine) => {
  for (const kind of KINDS) {
    engine.requires(...(kind.needs ?? []))(kind.title, async () => {
      const db = engine.script(await engine.connect())
      const models = await modelsOf(db, kind)
      await checkBatch(kind, edgesOf(kind, engine), models, Infinity)
      await fc.assert(
        fc
          .asyncProperty(fc.array(kind.random, { minLength: 1, maxLength: 10 }), (batch) =>
            checkBatch(kind, batch, models, 2),
          )
          // What a failure has left.
          .beforeEach(async () => {
            await models.Thing.destroy({ where: {} })
            await models.Owner.destroy({ where: {} })
          }),
        { numRuns: RUNS },
      )
      // And the column is what the model says.
      expect(await db.sync({ alter: true, plan: true })).toMatchObject({ sql: [] })
    })
  }
  test('what a type cannot hold is refused, and nothing is written', async () => {
    const db = engine.script(await engine.connect())
    const recorder = engine.recorder(db)
    for (const kind of KINDS.filter(({ needs = [] }) => needs.every((feature) => engine.features.has(feature)))) {
      const Thing = db.define('Thing', { value: { type: kind.type } }, { timestamps: false })
      for (const value of kind.refused ?? []) {
        let error: Row | undefined
        const sent = await recorder.during(() =>
          Thing.create({ value }).catch((failure: Row) => {
            error = failure
          }),
        )
        expect([kind.title, value, error?.name, sent]).toEqual([kind.title, value, 'SequelizeValidationError', []])
        expect(error).toBeInstanceOf(ValidationError)
        expect(error!.errors[0].path).toBe('value')
      }
    }
  })
})
