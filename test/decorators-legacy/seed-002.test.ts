// Seed 002, "The HasOne Association", with the decorators that it uses (`experimentalDecorators`), its classes as they stand there.
import type {
  BelongsToGetAssociationMixin,
  CreationOptional,
  HasOneCreateAssociationMixin,
  HasOneGetAssociationMixin,
  HasOneSetAssociationMixin,
  InferAttributes,
  InferCreationAttributes,
  NonAttribute,
} from 'mortise'
import { DataTypes, Model } from 'mortise'
import * as decorators from 'mortise/decorators-legacy'
import { Attribute, AutoIncrement, BelongsTo, HasOne, NotNull, PrimaryKey, Unique } from 'mortise/decorators-legacy'
import { describe, expect, test } from 'vitest'
import type { Renderings } from '../seeds/002.js'
import { seed002 } from '../seeds/002.js'
import { describeEachEngine } from '../support/databases.js'

/** The first example, with the number that the later ones give a licence, and its methods. */
function mandatory() {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    @HasOne(() => DrivingLicense, /* foreign key */ 'ownerId')
    declare drivingLicense?: NonAttribute<DrivingLicense>

    declare getDrivingLicense: HasOneGetAssociationMixin<DrivingLicense>

    declare setDrivingLicense: HasOneSetAssociationMixin<
      DrivingLicense,
      /* this is the type of the primary key of the target */
      DrivingLicense['id']
    >

    declare createDrivingLicense: HasOneCreateAssociationMixin<DrivingLicense, 'ownerId'>
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    // This is the foreign key
    @Attribute(DataTypes.INTEGER)
    @NotNull
    declare ownerId: number

    @Attribute(DataTypes.STRING)
    declare number: string | null
  }

  return { Person, DrivingLicense }
}

/** The first example again, the key unique ("you may want to"). */
function unique() {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    @HasOne(() => DrivingLicense, 'ownerId')
    declare drivingLicense?: NonAttribute<DrivingLicense>
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    @Attribute(DataTypes.INTEGER)
    @NotNull
    @Unique
    declare ownerId: number

    @Attribute(DataTypes.STRING)
    declare number: string | null
  }

  return { Person, DrivingLicense }
}

function nullable() {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    @HasOne(() => DrivingLicense, 'ownerId')
    declare drivingLicense?: NonAttribute<DrivingLicense>
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    @Attribute(DataTypes.INTEGER)
    declare ownerId: number | null

    @Attribute(DataTypes.STRING)
    declare number: string | null
  }

  return { Person, DrivingLicense }
}

/** The second example: the inverse association, configured from the first side. */
function inverse() {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    @HasOne(() => DrivingLicense, {
      foreignKey: 'ownerId',
      inverse: {
        as: 'owner',
      },
    })
    declare drivingLicense?: NonAttribute<DrivingLicense>

    declare createDrivingLicense: HasOneCreateAssociationMixin<DrivingLicense, 'ownerId'>
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    /** Defined by {@link Person.drivingLicense} */
    declare owner?: NonAttribute<Person>

    declare getOwner: BelongsToGetAssociationMixin<Person>

    @Attribute(DataTypes.INTEGER)
    @NotNull
    declare ownerId: number

    @Attribute(DataTypes.STRING)
    declare number: string | null
  }

  return { Person, DrivingLicense }
}

/** The last example. */
function sourceKey(sourceKey: string) {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    @HasOne(() => DrivingLicense, {
      foreignKey: 'ownerId',
      // The foreign key will reference the `id` attribute of the `Person` model
      sourceKey: sourceKey as 'id',
    })
    declare drivingLicense?: NonAttribute<DrivingLicense>
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    @Attribute(DataTypes.INTEGER)
    @NotNull
    declare ownerId: number

    @Attribute(DataTypes.STRING)
    declare number: string | null
  }

  return { Person, DrivingLicense }
}

const renderings: Renderings = { mandatory, unique, nullable, inverse, sourceKey }

describeEachEngine('legacy decorators', (engine) => {
  seed002(engine, renderings)

  describe('seed 002, typed', () => {
    test('the whole program, start to end', async () => {
      const { Person, DrivingLicense } = mandatory()
      const sequelize = await engine.connect({ models: [Person, DrivingLicense] })
      await sequelize.sync()
      await Person.create({})
      await Person.create({})
      const other = await DrivingLicense.create({ id: 5, ownerId: 2 })

      const person = (await Person.findByPk(1))!

      const drivingLicense: InstanceType<typeof DrivingLicense> | null = await person.getDrivingLicense()
      expect(drivingLicense).toBeNull()

      const created: InstanceType<typeof DrivingLicense> = await person.createDrivingLicense({
        number: '123456789',
      })
      expect(created.ownerId).toBe(1)

      // Note: If the driving license already has an owner, it will be replaced by the new owner.
      await person.setDrivingLicense(other)
      expect((await DrivingLicense.findAll()).map((licence) => [licence.id, licence.ownerId])).toEqual([[5, 1]])

      // You can also use the primary key of the newly associated model as a way to identify it
      // without having to fetch it first.
      await person.setDrivingLicense(5)
      expect(await DrivingLicense.count()).toBe(1)

      // Removes the driving license from the person
      await person.setDrivingLicense(null)
      expect(await DrivingLicense.count()).toBe(0)

      const newDrivingLicense = await DrivingLicense.create({ ownerId: 2 })
      await person.setDrivingLicense(newDrivingLicense, { destroyPrevious: true })
      expect((await person.getDrivingLicense())?.id).toBe(newDrivingLicense.id)
    })

    test('002-05 the decorators come from decorators-legacy', () => {
      for (const name of ['PrimaryKey', 'Attribute', 'AutoIncrement', 'NotNull', 'HasOne', 'BelongsTo', 'Unique']) {
        expect(typeof (decorators as Record<string, unknown>)[name]).toBe('function')
      }
    })

    test('002-22 the methods are declared by the user, and are there although the class declares them', async () => {
      const { Person, DrivingLicense } = mandatory()
      await engine.connect({ models: [Person, DrivingLicense] })
      const person = Person.build({})
      expect(Object.hasOwn(person, 'getDrivingLicense')).toBe(false)
      expect(typeof person.getDrivingLicense).toBe('function')
    })

    test('002-36 the second generic of the creator takes the foreign key out of what is required', async () => {
      const { Person, DrivingLicense } = mandatory()
      const sequelize = await engine.connect({ models: [Person, DrivingLicense] })
      await sequelize.sync()
      const person = await Person.create({})
      const licence = await person.createDrivingLicense({ number: '1' })
      expect(licence.ownerId).toBe(person.id)
      // @ts-expect-error without the association the foreign key is required
      await expect(DrivingLicense.create({ number: '2' })).rejects.toThrow(/ownerId/)
    })

    test('C03 an explicit @BelongsTo on the other side merges with the inverse', async () => {
      class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
        @Attribute(DataTypes.INTEGER)
        @AutoIncrement
        @PrimaryKey
        declare id: CreationOptional<number>

        @HasOne(() => DrivingLicense, { foreignKey: 'ownerId', inverse: { as: 'owner' } })
        declare drivingLicense?: NonAttribute<DrivingLicense>
      }
      class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
        @Attribute(DataTypes.INTEGER)
        @AutoIncrement
        @PrimaryKey
        declare id: CreationOptional<number>

        @BelongsTo(() => Person, 'ownerId')
        declare owner?: NonAttribute<Person>

        @Attribute(DataTypes.INTEGER)
        @NotNull
        declare ownerId: number
      }
      for (const models of [[Person, DrivingLicense]]) {
        await engine.connect({ models })
        expect(Object.keys(DrivingLicense.associations)).toEqual(['owner'])
        expect(Person.associations.drivingLicense?.inverse).toBe(DrivingLicense.associations.owner)
      }
    })
  })
})
