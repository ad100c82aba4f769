// C17: mandatory on both sides (`required: 'both'`), as far as a database and a library can hold it.
import { AssociationError, DataTypes, Op, ValidationError } from 'mortise'
import { describe, expect, test } from 'vitest'
import { describeEachEngine } from '../support/databases.js'
import { DDL } from '../support/recorder.js'
import { foreignKeysOf, indexesOf } from '../support/schema.js'
import type { Database, Row, Table } from '../support/untyped.js'

describeEachEngine('C17 mandatory on both sides', (engine) => {
  interface People {
    readonly sequelize: Database
    readonly Person: Table
    readonly License: Table
    /** Names of people with the numbers of their licenses. */
    pairs(): Promise<[string, string | null][]>
  }
  async function connected(): Promise<Database> {
    return engine.script(await engine.connect({ define: { timestamps: false } }))
  }
  function models(sequelize: Database, settings: object = {}): { Person: Table; License: Table } {
    return {
      Person: sequelize.define('Person', { name: DataTypes.STRING }),
      License: sequelize.define('License', { number: { type: DataTypes.STRING, validate: { len: [1, 9] } } }, settings),
    }
  }
  const OPTIONS = { as: 'license', foreignKey: 'ownerId', inverse: { as: 'owner' }, required: 'both' } as const
  async function people(options: object = {}): Promise<People> {
    const sequelize = await connected()
    const { Person, License } = models(sequelize)
    Person.hasOne(License, { ...OPTIONS, ...options })
    await sequelize.sync()
    return {
      sequelize,
      Person,
      License,
      pairs: async () =>
        (await Person.findAll({ include: 'license', order: ['id'] })).map((row) => [
          row.name,
          row.license?.number ?? null,
        ]),
    }
  }
  const create = (Person: Table, name: string): Promise<Row> =>
    Person.create({ name, license: { number: `L-${name}` } }, { include: 'license' })
  const MISSING = {
    name: 'SequelizeValidationError',
    message: expect.stringMatching(/Person\.license cannot be missing/),
  }

  describe('C17 definition', () => {
    test('C17 the key cannot be null and is unique', async () => {
      const { sequelize, License } = await people()
      expect(License.getAttributes().ownerId.allowNull).toBe(false)
      expect(
        (await indexesOf(sequelize, 'Licenses')).some((index) => index.unique && index.columns.includes('ownerId')),
      ).toBe(true)
    })
    test('C17 both orders of declaration', async () => {
      const sequelize = await connected()
      const { Person, License } = models(sequelize)
      License.belongsTo(Person, { as: 'owner', foreignKey: 'ownerId' })
      Person.hasOne(License, { as: 'license', foreignKey: 'ownerId', required: 'both' })
      await sequelize.sync()
      await expect(Person.create({ name: 'Ann' })).rejects.toMatchObject(MISSING)
      await create(Person, 'Ben')
      expect(License.getAttributes().ownerId.allowNull).toBe(false)
    })
    test('C17 what contradicts it is refused', async () => {
      const sequelize = await connected()
      const { Person, License } = models(sequelize)
      const define = (options: object) => () => Person.hasOne(License, { ...OPTIONS, ...options })
      expect(define({ required: true })).toThrow(/can only be "both"/)
      expect(define({ unique: false })).toThrow(/unique/)
      expect(define({ foreignKey: { name: 'ownerId', allowNull: true } })).toThrow(/allows null/)
      expect(define({ constraints: false })).toThrow(/constraint/)
      expect(define({ onDelete: 'SET NULL' })).toThrow(/SET NULL/)
      expect(define({ onReplace: 'nullify' })).toThrow(/nullify/)
      expect(define({ scope: { number: 'x' } })).toThrow(/scope/)
      expect(() => Person.hasOne(Person, { as: 'twin', inverse: { as: 'other' }, required: 'both' })).toThrow(
        /with itself/,
      )
      expect(() => License.belongsTo(Person, { required: 'both' })).toThrow(AssociationError)
      const soft = models(await connected(), { paranoid: true, timestamps: true })
      expect(() => soft.Person.hasOne(soft.License, OPTIONS)).toThrow(/paranoid/)
      expect(Object.keys(Person.associations)).toEqual([])
    })
    test('C17 a second alter sends no DDL; force and drop know the order', async () => {
      const { sequelize, Person } = await people()
      await create(Person, 'Ann')
      const recorder = engine.recorder(sequelize)
      expect((await recorder.during(() => sequelize.sync({ alter: true }))).filter((text) => DDL.test(text))).toEqual(
        [],
      )
      await sequelize.sync({ force: true })
      expect(await Person.count()).toBe(0)
      await create(Person, 'Ben')
      await sequelize.drop()
    })
    engine.requires('deferrableConstraints')(
      'C17 the database holds it too: a deferred key from the source to its target',
      async () => {
        const { sequelize, Person } = await people()
        expect(await foreignKeysOf(sequelize, 'People')).toMatchObject([
          { columns: ['id'], table: 'Licenses', references: ['ownerId'] },
        ])
        await create(Person, 'Ann')
        await expect(sequelize.query(`INSERT INTO "People" (name) VALUES ('Ben')`)).rejects.toMatchObject({
          name: 'SequelizeForeignKeyConstraintError',
        })
        await expect(sequelize.query('DELETE FROM "Licenses"')).rejects.toMatchObject({
          name: 'SequelizeForeignKeyConstraintError',
        })
      },
    )
  })

  describe('C17 creating', () => {
    test('C17 one alone is refused before any statement, with the remedy', async () => {
      const { sequelize, Person, License } = await people()
      const recorder = engine.recorder(sequelize)
      const sent = await recorder.during(async () => {
        const error = await Person.create({ name: 'Ann' }).catch((reason: unknown) => reason)
        expect(error).toBeInstanceOf(ValidationError)
        expect(error).toMatchObject({ ...MISSING, errors: [{ path: 'license', type: 'notNull Violation' }] })
        expect((error as Error).message).toMatch(/include: 'license'/)
        await expect(License.create({ number: 'L-1' })).rejects.toMatchObject({
          name: 'SequelizeValidationError',
          message: 'notNull Violation: License.ownerId cannot be null',
        })
      })
      expect(sent).toEqual([])
    })
    test('C17 both at once, from either side', async () => {
      const { Person, License, pairs } = await people()
      await create(Person, 'Ann')
      await License.create({ number: 'L-Ben', owner: { name: 'Ben' } }, { include: 'owner' })
      expect(await pairs()).toEqual([
        ['Ann', 'L-Ann'],
        ['Ben', 'L-Ben'],
      ])
      await expect(
        Person.create({ name: 'Cleo', license: { number: '' } }, { include: 'license' }),
      ).rejects.toMatchObject({ name: 'SequelizeValidationError' })
      expect(await Person.count()).toBe(2)
    })
    test('C17 one after the other in one transaction; alone, the transaction is rolled back', async () => {
      const { sequelize, Person, pairs } = await people()
      await sequelize.transaction(async () => {
        const ann = await Person.create({ name: 'Ann' })
        await ann.createLicense({ number: 'L-Ann' })
      })
      await expect(sequelize.transaction(() => Person.create({ name: 'Ben' }))).rejects.toMatchObject(MISSING)
      const transaction = await sequelize.startUnmanagedTransaction()
      await Person.create({ name: 'Cleo' }, { transaction })
      await expect(transaction.commit()).rejects.toMatchObject(MISSING)
      expect(transaction.finished).toBe('rollback')
      expect(await pairs()).toEqual([['Ann', 'L-Ann']])
    })
    test('C17 bulkCreate and upsert', async () => {
      const { sequelize, Person, License, pairs } = await people()
      await expect(Person.bulkCreate([{ name: 'Ann' }, { name: 'Ben' }])).rejects.toMatchObject(MISSING)
      await Person.bulkCreate(
        [
          { name: 'Ann', license: { number: 'L-Ann' } },
          { name: 'Ben', license: { number: 'L-Ben' } },
        ],
        { include: ['license'] },
      )
      await sequelize.transaction(async () => {
        const rows = await Person.bulkCreate([{ name: 'Cleo' }, { name: 'Dan' }])
        await License.bulkCreate(rows.map((row) => ({ number: `L-${row.name}`, ownerId: row.id })))
      })
      const ann = await Person.findOne({ where: { name: 'Ann' } })
      await Person.upsert({ id: ann.id, name: 'Anna' })
      await expect(Person.upsert({ id: 999, name: 'Eve' })).rejects.toMatchObject(MISSING)
      await expect(Person.bulkCreate([{ id: ann.id, name: 'x' }], { updateOnDuplicate: ['name'] })).rejects.toThrow(
        /updateOnDuplicate/,
      )
      expect(await pairs()).toEqual([
        ['Anna', 'L-Ann'],
        ['Ben', 'L-Ben'],
        ['Cleo', 'L-Cleo'],
        ['Dan', 'L-Dan'],
      ])
    })
  })

  describe('C17 changing', () => {
    test('C17 a row can be replaced, not taken away', async () => {
      const { Person, License, pairs } = await people()
      const ann = await create(Person, 'Ann')
      const ben = await create(Person, 'Ben')
      await ann.setLicense({ number: 'L-new' })
      const before = [
        ['Ann', 'L-new'],
        ['Ben', 'L-Ben'],
      ]
      expect(await pairs()).toEqual(before)
      expect(await License.count()).toBe(2)
      await expect(ann.setLicense(null)).rejects.toMatchObject(MISSING)
      await expect(ann.setLicense(ben.license)).rejects.toMatchObject(MISSING)
      const license = await License.findOne({ where: { ownerId: ben.id } })
      await expect(license.destroy()).rejects.toMatchObject(MISSING)
      await expect(License.destroy({ where: { number: { [Op.ne]: 'x' } } })).rejects.toMatchObject(MISSING)
      await expect(License.destroy({ where: {}, individualHooks: true })).rejects.toMatchObject(MISSING)
      await expect(License.truncate()).rejects.toThrow(/without its License/)
      expect(await pairs()).toEqual(before)
    })
    test('C17 moving a row to another source leaves the first one alone', async () => {
      const { sequelize, Person, License, pairs } = await people()
      const ann = await create(Person, 'Ann')
      await create(Person, 'Ben')
      const license = await License.findOne({ where: { number: 'L-Ann' } })
      const cleo = { name: 'Cleo' }
      await expect(
        sequelize.transaction(async () => {
          const { id } = await Person.create(cleo)
          await license.update({ ownerId: id })
        }),
      ).rejects.toMatchObject(MISSING)
      await expect(
        sequelize.transaction(async () => {
          const { id } = await Person.create(cleo)
          await License.update({ ownerId: id }, { where: { number: 'L-Ann' } })
        }),
      ).rejects.toMatchObject(MISSING)
      await sequelize.transaction(async () => {
        const { id } = await Person.create(cleo)
        await License.update({ ownerId: id }, { where: { number: 'L-Ann' } })
        await ann.createLicense({ number: 'L-2' })
      })
      expect(await pairs()).toEqual([
        ['Ann', 'L-2'],
        ['Ben', 'L-Ben'],
        ['Cleo', 'L-Ann'],
      ])
    })
    test('C17 a failed save leaves the instance as it was', async () => {
      const { sequelize, Person, License } = await people()
      await create(Person, 'Ann')
      await sequelize.transaction(async () => {
        const ben = await Person.create({ name: 'Ben' })
        await ben.createLicense({ number: 'L-Ben' })
      })
      const license = await License.findOne({ where: { number: 'L-Ann' } })
      const ownerId = license.ownerId
      await expect(license.setOwner(await Person.findOne({ where: { name: 'Ben' } }))).rejects.toThrow()
      expect(license.ownerId).toBe(ownerId)
      expect(license.changed()).toBe(false)
    })
    test('C17 deleting the source takes both', async () => {
      const { Person, License, pairs } = await people()
      const ann = await create(Person, 'Ann')
      await create(Person, 'Ben')
      await create(Person, 'Cleo')
      await ann.destroy()
      await Person.destroy({ where: { name: 'Ben' } })
      expect(await pairs()).toEqual([['Cleo', 'L-Cleo']])
      expect(await License.count()).toBe(1)
    })
    test('C17 a cascade with hooks, and a source with a key of two parts', async () => {
      const { Person, License } = await people({ hooks: true })
      const ann = await create(Person, 'Ann')
      await ann.destroy()
      expect([await Person.count(), await License.count()]).toEqual([0, 0])

      const sequelize = await connected()
      const Room = sequelize.define('Room', {
        house: { type: DataTypes.INTEGER, primaryKey: true },
        number: { type: DataTypes.INTEGER, primaryKey: true },
      })
      const Key = sequelize.define('Key', { label: DataTypes.STRING })
      Room.hasOne(Key, { as: 'key', foreignKey: ['house', 'room'], required: 'both' })
      await sequelize.sync()
      await Room.create({ house: 1, number: 2, key: { label: 'k' } }, { include: 'key' })
      await expect(Key.destroy({ where: { label: 'k' } })).rejects.toThrow(/house 1, number 2/)
      await expect(Room.create({ house: 1, number: 3 })).rejects.toThrow(/Room\.key cannot be missing/)
    })
  })
})
