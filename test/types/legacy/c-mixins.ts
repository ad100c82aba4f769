// C. Declaration merging instead of three (or ten) `declare` lines.
import type {
  BelongsToMixins,
  CreationOptional,
  HasManyMixins,
  HasOneMixins,
  InferAttributes,
  InferCreationAttributes,
  NonAttribute,
} from 'mortise'
import { DataTypes, Model } from 'mortise'
import { Attribute, AutoIncrement, HasMany, HasOne, NotNull, PrimaryKey } from 'mortise/decorators-legacy'
import { assignable, expectType } from '../expect.js'

export interface Person
  extends HasOneMixins<'drivingLicense', DrivingLicense, 'ownerId'>,
    HasManyMixins<'penalties', Penalty, 'personId'> {}
export class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
  @Attribute(DataTypes.INTEGER)
  @AutoIncrement
  @PrimaryKey
  declare id: CreationOptional<number>
  @HasOne(() => DrivingLicense, 'ownerId')
  declare drivingLicense?: NonAttribute<DrivingLicense>
  @HasMany(() => Penalty, 'personId')
  declare penalties?: NonAttribute<Penalty[]>
}
export interface DrivingLicense extends BelongsToMixins<'owner', Person> {}
export class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
  @Attribute(DataTypes.INTEGER)
  @AutoIncrement
  @PrimaryKey
  declare id: CreationOptional<number>
  declare owner?: NonAttribute<Person>
  @Attribute(DataTypes.INTEGER)
  @NotNull
  declare ownerId: number
  @Attribute(DataTypes.STRING)
  declare number: string | null
}
export class Penalty extends Model<InferAttributes<Penalty>, InferCreationAttributes<Penalty>> {
  declare id: CreationOptional<number>
  declare personId: number
  declare points: number
}
expectType<'id'>()(null! as keyof InferAttributes<Person>)

export async function use() {
  const person = (await Person.findByPk(1))!
  const dl: DrivingLicense | null = await person.getDrivingLicense()
  await person.setDrivingLicense(dl!)
  await person.setDrivingLicense(5)
  await person.setDrivingLicense(null)
  expectType<DrivingLicense>()(await person.createDrivingLicense({ number: '1' }))
  // @ts-expect-error foreign key is omitted
  await person.createDrivingLicense({ number: '1', ownerId: 3 })
  // @ts-expect-error unknown key
  await person.createDrivingLicense({ numbr: '1' })
  // @ts-expect-error wrong pk type
  await person.setDrivingLicense('x')
  await person.addPenalty(3)
  await person.addPenalties([1, 2])
  await person.createPenalty({ points: 3 })
  expectType<number>()(await person.countPenalties())
  // @ts-expect-error points missing
  await person.createPenalty({})
  expectType<Person | null>()(await dl!.getOwner())
  const p = (await Person.findOne({ include: ['drivingLicense', 'penalties'] }))!
  expectType<DrivingLicense | null>()(p.drivingLicense)
  expectType<Penalty[]>()(p.penalties)
  assignable<Person>(p)
}
