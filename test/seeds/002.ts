// Seed 002, "The HasOne Association": its statements, for whichever kind of decorators wrote the classes. The classes themselves stand in
// test/decorators-legacy/seed-002.test.ts (as in the seed) and test/decorators-standard/seed-002.test.ts.
import * as mortise from 'mortise'
import { AssociationError, Model, UniqueConstraintError, ValidationError } from 'mortise'
import { describe, expect, test } from 'vitest'
import type { Engine } from '../support/databases.js'
import { columnsOf, foreignKeysOf, indexesOf } from '../support/schema.js'
import type { Database, Row, Table } from '../support/untyped.js'

export interface Licences {
  readonly Person: unknown
  readonly DrivingLicense: unknown
}

/** Fresh classes at each call: a class belongs to one Sequelize instance. `DrivingLicense` always has a `number`. */
export interface Renderings {
  /** `@HasOne(() => DrivingLicense, 'ownerId')`; the key is `@NotNull`. */
  mandatory(): Licences
  /** The key is `@NotNull @Unique`. */
  unique(): Licences
  /** The key is nullable. */
  nullable(): Licences
  /** `{ foreignKey: 'ownerId', inverse: { as: 'owner' } }`. */
  inverse(): Licences
  /** `{ foreignKey: 'ownerId', sourceKey }`. */
  sourceKey(sourceKey: string): Licences
}

export function seed002(engine: Engine, renderings: Renderings): void {
  async function program(licences: Licences): Promise<{ sequelize: Database; Person: Table; DrivingLicense: Table }> {
    const { Person, DrivingLicense } = licences as { Person: Table; DrivingLicense: Table }
    const sequelize = engine.script(await engine.connect({ models: [Person, DrivingLicense] }))
    await sequelize.sync()
    return { sequelize, Person, DrivingLicense }
  }

  /** Two persons, the first with a licence. */
  async function filled(licences: Licences) {
    const created = await program(licences)
    const [ann, ben] = [await created.Person.create({}), await created.Person.create({})]
    const licence = await ann.createDrivingLicense({ number: 'A-1' })
    return {
      ...created,
      ann,
      ben,
      licence,
      linked: async () =>
        (await created.DrivingLicense.findAll({ order: ['id'] })).map((row: Row) => [row.number, row.ownerId]),
    }
  }

  describe('seed 002', () => {
    test('002-01 one row of a table is associated with a single row of another', async () => {
      const { Person, ann, licence } = await filled(renderings.mandatory())
      expect((await Person.findByPk(ann.id, { include: 'drivingLicense' })).drivingLicense.id).toBe(licence.id)
      expect(Person.associations.drivingLicense.associationType).toBe('HasOne')
    })

    test('002-02 one side is mandatory, the other optional', async () => {
      const { DrivingLicense, ben } = await filled(renderings.mandatory())
      expect(await ben.getDrivingLicense()).toBeNull()
      await expect(DrivingLicense.create({ number: 'B-1' })).rejects.toBeInstanceOf(ValidationError)
    })

    test('002-03 people ||--o| driving_licenses: a licence has exactly one person, a person zero or one licence', async () => {
      const { DrivingLicense, ann, ben } = await filled(renderings.unique())
      expect(await DrivingLicense.count({ where: { ownerId: ben.id } })).toBe(0)
      expect(await DrivingLicense.count({ where: { ownerId: ann.id } })).toBe(1)
      await expect(DrivingLicense.create({ number: 'A-2', ownerId: ann.id })).rejects.toBeInstanceOf(
        UniqueConstraintError,
      )
      await expect(DrivingLicense.create({ number: 'of nobody', ownerId: 99 })).rejects.toMatchObject({
        name: 'SequelizeForeignKeyConstraintError',
      })
    })

    test('002-04 Model and DataTypes come from the core entry point', () => {
      expect(mortise.Model).toBe(Model)
      expect(mortise.DataTypes.INTEGER).toBeDefined()
    })

    test('002-06 a decorated class is a model', async () => {
      const { Person, ann } = await filled(renderings.mandatory())
      expect(Object.getPrototypeOf(Person)).toBe(Model)
      expect(ann).toBeInstanceOf(Person as unknown as typeof Model)
      expect(ann.id).toBe(1)
    })

    test('002-07 @Attribute, @AutoIncrement and @PrimaryKey', async () => {
      const { sequelize, Person } = await program(renderings.mandatory())
      expect(Person.getAttributes().id).toMatchObject({ primaryKey: true, autoIncrement: true })
      const table: string = Person.tableName
      expect((await columnsOf(sequelize, table)).id).toMatchObject({ primaryKey: true, autoIncrement: true })
      expect([(await Person.create({})).id, (await Person.create({})).id]).toEqual([1, 2])
    })

    test('002-08 the target is a thunk; a string as second argument is the foreign key', async () => {
      const { Person, DrivingLicense } = await program(renderings.mandatory())
      expect(Person.associations.drivingLicense.target).toBe(DrivingLicense)
      expect(Person.associations.drivingLicense.foreignKey).toBe('ownerId')
    })

    test('002-09 the association is named after the decorated field', async () => {
      const { Person } = await program(renderings.mandatory())
      expect(Object.keys(Person.associations)).toEqual(['drivingLicense'])
      expect(Person.associations.drivingLicense.as).toBe('drivingLicense')
    })

    test('002-10 the field of an association is not an attribute', async () => {
      const { Person, ann } = await filled(renderings.mandatory())
      expect(Object.keys(Person.getAttributes())).not.toContain('drivingLicense')
      expect('drivingLicense' in JSON.parse(JSON.stringify(await Person.findByPk(ann.id)))).toBe(false)
    })

    test('002-11 a foreign key declared on the target merges with the association, and its allowNull wins', async () => {
      const { sequelize, DrivingLicense } = await program(renderings.mandatory())
      expect(Object.keys(DrivingLicense.getAttributes()).filter((name) => name === 'ownerId')).toHaveLength(1)
      expect(DrivingLicense.getAttributes().ownerId).toMatchObject({ allowNull: false })
      const table: string = DrivingLicense.tableName
      expect((await columnsOf(sequelize, table)).ownerId?.allowNull).toBe(false)
      expect(await foreignKeysOf(sequelize, table)).toMatchObject([
        { columns: ['ownerId'], references: ['id'], onDelete: 'CASCADE', onUpdate: 'CASCADE' },
      ])
    })

    test('002-12 HasOne puts the foreign key on the model that it targets', async () => {
      const { sequelize, Person, DrivingLicense } = await program(renderings.mandatory())
      const [people, licences]: string[] = [Person.tableName, DrivingLicense.tableName]
      expect(await foreignKeysOf(sequelize, people as string)).toEqual([])
      expect(await foreignKeysOf(sequelize, licences as string)).toHaveLength(1)
    })

    test('002-13 a licence cannot be created without a person: refused before SQL, and NOT NULL in the database', async () => {
      const { sequelize, DrivingLicense } = await program(renderings.mandatory())
      const failed = engine.recorder(sequelize).during(() => DrivingLicense.create({ number: 'of nobody' }))
      await expect(failed).rejects.toBeInstanceOf(ValidationError)
      await expect(failed).rejects.toMatchObject({
        errors: [expect.objectContaining({ path: 'ownerId', type: 'notNull Violation' })],
      })
      expect(engine.recorder(sequelize).statements.filter((statement) => /^INSERT/.test(statement))).toEqual([])
      await expect(DrivingLicense.create({ number: 'of nobody' }, { validate: false })).rejects.toThrow()
      expect(await DrivingLicense.count()).toBe(0)
    })

    test('002-14 a person can be created without a licence', async () => {
      const { Person } = await program(renderings.mandatory())
      const person = await Person.create({})
      expect(await person.getDrivingLicense()).toBeNull()
    })

    test('002-15 with a nullable foreign key the relationship is optional on both sides', async () => {
      const { DrivingLicense } = await program(renderings.nullable())
      expect((await DrivingLicense.create({ number: 'of nobody' })).ownerId ?? null).toBeNull()
    })

    test('002-16 uniqueness is opt-in, by @Unique on the foreign key', async () => {
      const without = await filled(renderings.mandatory())
      await without.DrivingLicense.create({ number: 'A-2', ownerId: without.ann.id })
      expect(await without.DrivingLicense.count()).toBe(2)
      const unique = await filled(renderings.unique())
      expect(
        (await indexesOf(unique.sequelize, unique.DrivingLicense.tableName)).filter((index) => index.unique),
      ).toMatchObject([{ columns: ['ownerId'] }])
      await expect(unique.DrivingLicense.create({ number: 'A-2', ownerId: unique.ann.id })).rejects.toBeInstanceOf(
        UniqueConstraintError,
      )
    })

    test('002-17 HasOne creates the inverse association on the target', async () => {
      const { Person, DrivingLicense } = await program(renderings.mandatory())
      const inverse = Person.associations.drivingLicense.inverse
      expect(inverse?.source).toBe(DrivingLicense)
      expect(inverse?.target).toBe(Person)
      expect(inverse?.foreignKey).toBe('ownerId')
      expect(inverse?.inverse).toBe(Person.associations.drivingLicense)
    })

    test('002-18 the inverse is a BelongsTo', async () => {
      const { Person } = await program(renderings.mandatory())
      expect(Person.associations.drivingLicense.inverse?.associationType).toBe('BelongsTo')
    })

    test('002-19 inverse: { as } names it, together with the foreign key', async () => {
      const { Person, DrivingLicense } = await program(renderings.inverse())
      expect(Object.keys(DrivingLicense.associations)).toEqual(['owner'])
      expect(DrivingLicense.associations.owner).toMatchObject({ associationType: 'BelongsTo', foreignKey: 'ownerId' })
      expect(Person.associations.drivingLicense.inverse).toBe(DrivingLicense.associations.owner)
    })

    test('002-20 the inverse needs no decorator on the target', async () => {
      const { DrivingLicense, ann } = await filled(renderings.inverse())
      const licence = await DrivingLicense.findOne({ include: 'owner' })
      expect(licence.owner.id).toBe(ann.id)
      expect((await DrivingLicense.findOne()).owner).toBeUndefined()
    })

    test('002-21 associations add methods to the model that defines them', async () => {
      const { Person, DrivingLicense } = await program(renderings.mandatory())
      for (const name of ['getDrivingLicense', 'setDrivingLicense', 'createDrivingLicense']) {
        expect(typeof Person.prototype[name]).toBe('function')
        expect(DrivingLicense.prototype[name]).toBeUndefined()
      }
    })

    test('002-23 the getter is get<AssociationName>', async () => {
      const { Person, ann } = await filled(renderings.mandatory())
      const person = await Person.findByPk(ann.id)
      expect((await person.getDrivingLicense()).number).toBe('A-1')
    })

    test('002-24 the getter resolves to an instance or null', async () => {
      const { DrivingLicense, ann, ben } = await filled(renderings.mandatory())
      expect(await ann.getDrivingLicense()).toBeInstanceOf(DrivingLicense as unknown as typeof Model)
      expect(await ben.getDrivingLicense()).toBeNull()
    })

    test('002-25 the setter is set<AssociationName>', async () => {
      const { ben, licence, linked } = await filled(renderings.nullable())
      await ben.setDrivingLicense(licence)
      expect(await linked()).toEqual([['A-1', ben.id]])
    })

    test('002-26 the setter accepts an instance', async () => {
      const { DrivingLicense, ben, linked, ann } = await filled(renderings.nullable())
      const other = await DrivingLicense.create({ number: 'B-1' })
      await ben.setDrivingLicense(other)
      expect(other.ownerId).toBe(ben.id)
      expect(await linked()).toEqual([
        ['A-1', ann.id],
        ['B-1', ben.id],
      ])
    })

    test('002-27 the setter accepts a primary key, without fetching', async () => {
      const { DrivingLicense, ben } = await filled(renderings.nullable())
      await DrivingLicense.create({ id: 5, number: 'B-5' })
      await ben.setDrivingLicense(5)
      expect((await DrivingLicense.findByPk(5)).ownerId).toBe(ben.id)
    })

    test('002-28 null unsets', async () => {
      const { ann, linked } = await filled(renderings.nullable())
      await ann.setDrivingLicense(null)
      expect(await linked()).toEqual([['A-1', null]])
      expect(await ann.getDrivingLicense()).toBeNull()
    })

    test('002-29 a licence that has an owner already is moved to the new one', async () => {
      for (const licences of [renderings.mandatory(), renderings.nullable()]) {
        const { ann, ben, licence, linked } = await filled(licences)
        await ben.setDrivingLicense(licence)
        expect(await linked()).toEqual([['A-1', ben.id]])
        expect(await ann.getDrivingLicense()).toBeNull()
      }
    })

    test('002-30 foreign key not nullable: the setter deletes the previous row', async () => {
      const { DrivingLicense, ann, ben, linked } = await filled(renderings.mandatory())
      const other = await DrivingLicense.create({ number: 'B-1', ownerId: ben.id })
      await ann.setDrivingLicense(other)
      expect(await linked()).toEqual([['B-1', ann.id]])
    })

    test("002-31 foreign key nullable: the previous row's key becomes null", async () => {
      const { DrivingLicense, ann, linked } = await filled(renderings.nullable())
      await ann.setDrivingLicense(await DrivingLicense.create({ number: 'A-2' }))
      expect(await linked()).toEqual([
        ['A-1', null],
        ['A-2', ann.id],
      ])
    })

    test('002-32 destroyPrevious deletes the previous row instead', async () => {
      const { DrivingLicense, ann, linked } = await filled(renderings.nullable())
      const newDrivingLicense = await DrivingLicense.create({ number: 'A-2' })
      await ann.setDrivingLicense(newDrivingLicense, { destroyPrevious: true })
      expect(await linked()).toEqual([['A-2', ann.id]])
    })

    test('002-33 set null with a foreign key that is not nullable deletes the row', async () => {
      const { ann, linked } = await filled(renderings.mandatory())
      await ann.setDrivingLicense(null)
      expect(await linked()).toEqual([])
    })

    test('002-34 the creator is create<AssociationName>, takes what create takes, resolves to the instance', async () => {
      const { DrivingLicense, ben, linked, ann } = await filled(renderings.mandatory())
      const created = await ben.createDrivingLicense({ id: 40, number: '123456789' }, { fields: ['id', 'number'] })
      expect(created).toBeInstanceOf(DrivingLicense as unknown as typeof Model)
      expect([created.id, created.number, created.isNewRecord]).toEqual([40, '123456789', false])
      expect(await linked()).toEqual([
        ['A-1', ann.id],
        ['123456789', ben.id],
      ])
    })

    test('002-35 the creator fills in the foreign key', async () => {
      const { ben } = await filled(renderings.mandatory())
      expect((await ben.createDrivingLicense({ number: 'B-1' })).ownerId).toBe(ben.id)
    })

    test('002-37 the inverse gives its source get, set and create', async () => {
      const { Person, DrivingLicense, ann, ben, licence } = await filled(renderings.inverse())
      expect(await licence.getOwner()).toMatchObject({ id: ann.id })
      await licence.setOwner(ben)
      expect((await DrivingLicense.findByPk(licence.id)).ownerId).toBe(ben.id)
      const created = await licence.createOwner({})
      expect(created).toBeInstanceOf(Person as unknown as typeof Model)
      expect((await DrivingLicense.findByPk(licence.id)).ownerId).toBe(created.id)
    })

    test('002-38 mandatory on both sides is not enforced by the database: a person without a licence stays possible', async () => {
      const { Person, ann } = await filled(renderings.unique())
      await ann.setDrivingLicense(null)
      expect(await Person.count()).toBe(2)
      expect(await ann.getDrivingLicense()).toBeNull()
    })

    test('002-39 the foreign key refers to the primary key; sourceKey says which attribute', async () => {
      expect((await program(renderings.mandatory())).Person.associations.drivingLicense.sourceKey).toBe('id')
      const { sequelize, Person, DrivingLicense } = await program(renderings.sourceKey('id'))
      expect(Person.associations.drivingLicense.sourceKey).toBe('id')
      const table: string = DrivingLicense.tableName
      expect(await foreignKeysOf(sequelize, table)).toMatchObject([{ columns: ['ownerId'], references: ['id'] }])
    })

    test('002-40 sourceKey has to name an attribute of the source', async () => {
      const { Person, DrivingLicense } = renderings.sourceKey('nope')
      const failed = engine.connect({ models: [Person, DrivingLicense] })
      await expect(failed).rejects.toBeInstanceOf(AssociationError)
      await expect(failed).rejects.toThrow(/nope/)
      await expect(failed).rejects.toThrow(/Person/)
    })
  })
}
