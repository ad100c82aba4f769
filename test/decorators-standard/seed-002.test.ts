// Seed 002, "The HasOne Association", rendered with standard decorators: `accessor` fields, everything else as in the seed.
import type {
  CreationOptional,
  HasOneCreateAssociationMixin,
  HasOneGetAssociationMixin,
  HasOneSetAssociationMixin,
  InferAttributes,
  InferCreationAttributes,
  NonAttribute,
} from 'mortise'
import { DataTypes, Model } from 'mortise'
import * as decorators from 'mortise/decorators'
import { Attribute, AutoIncrement, HasOne, NotNull, PrimaryKey, Unique } from 'mortise/decorators'
import { describe, expect, test } from 'vitest'
import type { Renderings } from '../seeds/002.js'
import { seed002 } from '../seeds/002.js'
import { describeEachEngine } from '../support/databases.js'

function mandatory() {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @HasOne(() => DrivingLicense, /* foreign key */ 'ownerId')
    accessor drivingLicense: NonAttribute<DrivingLicense> | undefined

    declare getDrivingLicense: HasOneGetAssociationMixin<DrivingLicense>
    declare setDrivingLicense: HasOneSetAssociationMixin<DrivingLicense, DrivingLicense['id']>
    declare createDrivingLicense: HasOneCreateAssociationMixin<DrivingLicense, 'ownerId'>
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @Attribute(DataTypes.INTEGER)
    @NotNull
    accessor ownerId!: number

    @Attribute(DataTypes.STRING)
    accessor number!: string | null
  }

  return { Person, DrivingLicense }
}

function unique() {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @HasOne(() => DrivingLicense, 'ownerId')
    accessor drivingLicense: NonAttribute<DrivingLicense> | undefined
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @Attribute(DataTypes.INTEGER)
    @NotNull
    @Unique
    accessor ownerId!: number

    @Attribute(DataTypes.STRING)
    accessor number!: string | null
  }

  return { Person, DrivingLicense }
}

function nullable() {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @HasOne(() => DrivingLicense, 'ownerId')
    accessor drivingLicense: NonAttribute<DrivingLicense> | undefined
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @Attribute(DataTypes.INTEGER)
    accessor ownerId!: number | null

    @Attribute(DataTypes.STRING)
    accessor number!: string | null
  }

  return { Person, DrivingLicense }
}

function inverse() {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @HasOne(() => DrivingLicense, {
      foreignKey: 'ownerId',
      inverse: {
        as: 'owner',
      },
    })
    accessor drivingLicense: NonAttribute<DrivingLicense> | undefined
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    /** Defined by {@link Person.drivingLicense} */
    declare owner?: NonAttribute<Person>

    @Attribute(DataTypes.INTEGER)
    @NotNull
    accessor ownerId!: number

    @Attribute(DataTypes.STRING)
    accessor number!: string | null
  }

  return { Person, DrivingLicense }
}

function sourceKey(sourceKey: string) {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @HasOne(() => DrivingLicense, {
      foreignKey: 'ownerId',
      // The foreign key will reference the `id` attribute of the `Person` model
      sourceKey: sourceKey as 'id',
    })
    accessor drivingLicense: NonAttribute<DrivingLicense> | undefined
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    accessor id!: CreationOptional<number>

    @Attribute(DataTypes.INTEGER)
    @NotNull
    accessor ownerId!: number

    @Attribute(DataTypes.STRING)
    accessor number!: string | null
  }

  return { Person, DrivingLicense }
}

const renderings: Renderings = { mandatory, unique, nullable, inverse, sourceKey }

describeEachEngine('standard decorators', (engine) => {
  seed002(engine, renderings)

  describe('seed 002, typed', () => {
    test('002-05 the same decorators come from decorators', () => {
      for (const name of ['PrimaryKey', 'Attribute', 'AutoIncrement', 'NotNull', 'HasOne', 'BelongsTo', 'Unique']) {
        expect(typeof (decorators as Record<string, unknown>)[name]).toBe('function')
      }
    })

    test('002-22 the methods are declared by the user', async () => {
      const { Person, DrivingLicense } = mandatory()
      const sequelize = await engine.connect({ models: [Person, DrivingLicense] })
      await sequelize.sync()
      const person = await Person.create({})
      const licence: InstanceType<typeof DrivingLicense> = await person.createDrivingLicense({ number: '123456789' })
      expect((await person.getDrivingLicense())?.id).toBe(licence.id)
      await person.setDrivingLicense(null)
      expect(await person.getDrivingLicense()).toBeNull()
    })

    test('002-36 the creator does not ask for the foreign key', async () => {
      const { Person, DrivingLicense } = mandatory()
      const sequelize = await engine.connect({ models: [Person, DrivingLicense] })
      await sequelize.sync()
      const person = await Person.create({})
      expect((await person.createDrivingLicense({ number: '1' })).ownerId).toBe(person.id)
      // @ts-expect-error without the association the foreign key is required
      await expect(DrivingLicense.create({ number: '2' })).rejects.toThrow(/ownerId/)
    })
  })
})
