// The class + decorators style of seeds/002, verbatim, only the import path changed.
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
import { Attribute, AutoIncrement, HasOne, NotNull, PrimaryKey, Unique } from 'mortise/decorators-legacy'
import { assignable, expectType } from '../expect.js'

export namespace v1 {
  class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    // highlight-start
    @HasOne(() => DrivingLicense, /* foreign key */ 'ownerId')
    declare drivingLicense?: NonAttribute<DrivingLicense>
    // highlight-end
  }

  class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
    @Attribute(DataTypes.INTEGER)
    @AutoIncrement
    @PrimaryKey
    declare id: CreationOptional<number>

    // highlight-start
    // This is the foreign key
    @Attribute(DataTypes.INTEGER)
    @NotNull
    @Unique
    declare ownerId: number
    // highlight-end
  }
}

export class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
  @Attribute(DataTypes.INTEGER)
  @AutoIncrement
  @PrimaryKey
  declare id: CreationOptional<number>

  @HasOne(() => DrivingLicense, {
    foreignKey: 'ownerId',
    // highlight-start
    inverse: {
      as: 'owner',
    },
    // highlight-end
  })
  declare drivingLicense?: NonAttribute<DrivingLicense>

  // highlight-start
  declare getDrivingLicense: HasOneGetAssociationMixin<DrivingLicense>
  declare setDrivingLicense: HasOneSetAssociationMixin<
    DrivingLicense,
    /* this is the type of the primary key of the target */
    DrivingLicense['id']
  >
  declare createDrivingLicense: HasOneCreateAssociationMixin<DrivingLicense, 'ownerId'>
}

export class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
  @Attribute(DataTypes.INTEGER)
  @AutoIncrement
  @PrimaryKey
  declare id: CreationOptional<number>

  // highlight-start
  /** Defined by {@link Person.drivingLicense} */
  declare owner?: NonAttribute<Person>
  // highlight-end

  @Attribute(DataTypes.INTEGER)
  @NotNull
  declare ownerId: number

  @Attribute(DataTypes.STRING)
  declare number: string | null

  declare issuer?: NonAttribute<Issuer>
  declare stamps?: NonAttribute<Stamp[]>
  // biome-ignore lint/correctness/noUnusedPrivateClassMembers: only its type matters
  private secret = 1 // private member: the loaded type must stay assignable to the class
}
export class Issuer extends Model<InferAttributes<Issuer>, InferCreationAttributes<Issuer>> {
  declare id: CreationOptional<number>
  declare title: string
}
export class Stamp extends Model<InferAttributes<Stamp>, InferCreationAttributes<Stamp>> {
  declare id: CreationOptional<number>
  declare color: 'red' | 'blue'
  declare licenseId: number
  declare license?: NonAttribute<DrivingLicense>
  get label(): NonAttribute<string> {
    return this.color
  }
}

export async function seedUsage() {
  const person = (await Person.findByPk(1))! // the seed omits `!`: it never compiled under strictNullChecks
  const drivingLicense: DrivingLicense | null = await person.getDrivingLicense()
  const dl = await DrivingLicense.create({ ownerId: 1 })
  await person.setDrivingLicense(dl)
  await person.setDrivingLicense(5)
  await person.setDrivingLicense(null)
  await person.setDrivingLicense(dl, { destroyPrevious: true })
  // @ts-expect-error wrong pk type
  await person.setDrivingLicense('x')
  const created: DrivingLicense = await person.createDrivingLicense({ number: '123456789' })
  // @ts-expect-error unknown attribute
  await person.createDrivingLicense({ nmber: '123456789' })
  // @ts-expect-error FK not an attribute of the target
  type Bad = HasOneCreateAssociationMixin<DrivingLicense, 'ownrId'>
  void drivingLicense
  void created
}

// InferAttributes & friends
expectType<'id'>()(null! as keyof InferAttributes<Person>)
expectType<'id' | 'ownerId' | 'number'>()(null! as keyof InferAttributes<DrivingLicense>)
expectType<'id' | 'color' | 'licenseId'>()(null! as keyof InferAttributes<Stamp>)

export async function includes() {
  const p = (await Person.findOne({ include: ['drivingLicense'] }))!
  expectType<DrivingLicense | null>()(p.drivingLicense)
  assignable<Person>(p)
  const p1 = (await Person.findOne({ include: 'drivingLicense' }))!
  expectType<DrivingLicense | null>()(p1.drivingLicense)
  const p2 = (await Person.findOne({ include: { association: 'drivingLicense', required: true } }))!
  expectType<DrivingLicense>()(p2.drivingLicense)
  const p3 = (await Person.findOne({ include: [DrivingLicense] }))!
  expectType<DrivingLicense | null>()(p3.drivingLicense)
  const p4 = (await Person.findOne({ include: [{ model: DrivingLicense, required: true }] }))!
  expectType<DrivingLicense>()(p4.drivingLicense)
  const p5 = await Person.findOne({
    include: [
      {
        association: 'drivingLicense',
        where: { number: 'x' },
        include: ['issuer', { association: 'stamps', include: 'license' }],
      },
    ],
    rejectOnEmpty: true,
  })
  expectType<Issuer | null>()(p5.drivingLicense.issuer)
  expectType<DrivingLicense | null>()(p5.drivingLicense.stamps[0]!.license)
  p5.drivingLicense.stamps.map((s) => {
    expectType<DrivingLicense | null>()(s.license)
    return s.color
  })
  for (const s of p5.drivingLicense.stamps) expectType<DrivingLicense | null>()(s.license)
  p5.drivingLicense.stamps.filter((s) => s.color === 'red').forEach((s) => void s.license?.number)
  assignable<DrivingLicense>(p5.drivingLicense)
  const [first] = p5.drivingLicense.stamps
  expectType<DrivingLicense | null>()(first!.license)
  // Known limit of intersecting arrays in class style: generic inference over a nested to-many sees the declared element type.
  const flat = [p5.drivingLicense].flatMap((d) => d.stamps)
  expectType<DrivingLicense | null | undefined>()(flat[0]!.license)
  const copy = [...p5.drivingLicense.stamps]
  expectType<DrivingLicense | null>()(copy[0]!.license)
  // not loaded: optional
  const p6 = (await Person.findOne())!
  expectType<DrivingLicense | null | undefined>()(p6.drivingLicense)
  const all = await Person.findAll({
    include: ['drivingLicense'],
    limit: 3,
    where: { id: [1, 2] },
    order: [
      ['id', 'DESC'],
      ['drivingLicense', 'number', 'ASC'],
    ],
  })
  expectType<DrivingLicense | null>()(all[0]!.drivingLicense)

  // @ts-expect-error unknown association
  await Person.findOne({ include: ['drivingLicence'] })
  // @ts-expect-error unknown association
  await Person.findOne({ include: { association: 'nope' } })
  // @ts-expect-error attributes are not associations
  await Person.findOne({ include: ['id'] })
  // @ts-expect-error unknown nested association
  await Person.findOne({ include: { association: 'drivingLicense', include: ['nope'] } })
  // @ts-expect-error unknown include option
  await Person.findOne({ include: { association: 'drivingLicense', requird: true } })
  // @ts-expect-error unknown column in nested where, alone
  await Person.findOne({ include: { association: 'drivingLicense', where: { nope: 1 } } })
  // @ts-expect-error unknown column in nested where, next to a good one
  await Person.findOne({ include: { association: 'drivingLicense', where: { number: 'x', nope: 1 } } })
  // @ts-expect-error wrong type in nested where
  await Person.findOne({ include: { association: 'drivingLicense', where: { ownerId: 'x' } } })
  // @ts-expect-error typo at top level
  await Person.findOne({ wher: { id: 1 }, include: ['drivingLicense'] })
  // @ts-expect-error unknown order column
  await Person.findAll({ order: [['idd', 'DESC']] })
  // @ts-expect-error unknown order column of association
  await Person.findAll({ order: [['drivingLicense', 'numbr', 'ASC']] })
  // @ts-expect-error bad direction
  await Person.findAll({ order: [['id', 'DOWN']] })
  // @ts-expect-error unknown column
  await Person.findAll({ where: { idd: 1 }, include: ['drivingLicense'] })
}
