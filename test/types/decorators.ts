// Standard decorators: `accessor` is the recommended form.
import type { CreationOptional, InferAttributes, InferCreationAttributes, NonAttribute } from 'mortise'
import { DataTypes, Model } from 'mortise'
import {
  AfterFind,
  TypedAttribute as Attribute,
  AutoIncrement,
  HasOne,
  ModelValidator,
  NotNull,
  PrimaryKey,
  Table,
  Attribute as Untyped,
} from 'mortise/decorators'
import { expectType } from './expect.js'

@Table({ tableName: 'typed' })
export class Typed extends Model<InferAttributes<Typed>, InferCreationAttributes<Typed>> {
  @Attribute(DataTypes.INTEGER) @AutoIncrement @PrimaryKey accessor id!: CreationOptional<number>
  @Attribute(DataTypes.STRING) accessor role!: 'a' | 'b'
  @Attribute(DataTypes.STRING) accessor name!: string | null
  @Attribute({ type: DataTypes.DATE, allowNull: false }) accessor at!: Date
  @Attribute(DataTypes.JSON) accessor meta!: { x: number }
  @Attribute(DataTypes.BIGINT) accessor big!: bigint
  @Attribute(DataTypes.ENUM('x', 'y')) accessor kind!: 'x' | 'y'
  // @ts-expect-error number column on a string property
  @Attribute(DataTypes.INTEGER) accessor bad!: string
  // @ts-expect-error string column on a Date property
  @Attribute({ type: DataTypes.STRING }) accessor bad2!: Date | null
  @HasOne(() => Other, 'typedId') accessor other: NonAttribute<Other> | undefined
  @Untyped(DataTypes.STRING) get shout(): string {
    return this.role.toUpperCase()
  }
  @ModelValidator valid(): void {}
  @AfterFind static found(): void {}
}
export class Other extends Model<InferAttributes<Other>, InferCreationAttributes<Other>> {
  @Untyped(DataTypes.INTEGER) @NotNull() typedId!: number
  // @ts-expect-error standard decorators are not valid on `declare` fields (TS1206, TS1031)
  @Untyped(DataTypes.INTEGER) declare declared: number
  // @ts-expect-error an accessor cannot be optional (TS1276)
  accessor optional?: number
}
export async function use() {
  const one = await Typed.findOne({ include: ['other'], rejectOnEmpty: true })
  expectType<Other | null>()(one.other)
  // @ts-expect-error unknown attribute
  await Typed.findAll({ where: { nope: 1 } })
}
