// `TypedAttribute` checks the property's type against the data type; abstract and generic parents.
import type { CreationOptional, InferAttributes, InferCreationAttributes, NonAttribute } from 'mortise'
import { DataTypes, Model } from 'mortise'
import {
  TypedAttribute as Attribute,
  BeforeCreate,
  BelongsTo,
  createIndexDecorator,
  HasOne,
  ModelValidator,
  NotNull,
  Table,
  Unique,
} from 'mortise/decorators-legacy'
import { expectType } from '../expect.js'

export class Typed extends Model<InferAttributes<Typed>, InferCreationAttributes<Typed>> {
  @Attribute(DataTypes.INTEGER) declare id: CreationOptional<number>
  @Attribute(DataTypes.STRING) declare role: 'a' | 'b'
  @Attribute(DataTypes.STRING) declare name: string | null
  @Attribute({ type: DataTypes.DATE, allowNull: false }) declare at: Date
  @Attribute(DataTypes.JSON) declare meta: { x: number }
  @Attribute(DataTypes.BIGINT) declare big: bigint
  @Attribute(DataTypes.ENUM('x', 'y')) declare kind: 'x' | 'y'
  // @ts-expect-error number column on a string property
  @Attribute(DataTypes.INTEGER) declare bad: string
  // @ts-expect-error string column on a Date property
  @Attribute({ type: DataTypes.STRING }) declare bad2: Date | null
}

const NameIndex = createIndexDecorator('name', { unique: true })
@Table.Abstract({ underscored: true })
export abstract class Player<M extends Model> extends Model<InferAttributes<M>, InferCreationAttributes<M>> {
  @Attribute(DataTypes.STRING) @NotNull @NameIndex declare name: string
}
@Table({ tableName: 'footballers' })
export class Footballer extends Player<Footballer> {
  @Attribute(DataTypes.STRING) @NotNull @Unique('club') @NameIndex({ order: 'DESC' }) declare club: string
  @HasOne(() => Cricketer, 'footballerId') declare cricketer?: NonAttribute<Cricketer>
  @BeforeCreate({ name: 'x' }) static check(_instance: Footballer): void {}
  @ModelValidator valid(): void {}
}
export class Cricketer extends Player<Cricketer> {
  @Attribute(DataTypes.INTEGER) @NotNull() declare average: number
  @Attribute(DataTypes.INTEGER) declare footballerId: number | null
  // @ts-expect-error not an option
  @BelongsTo(() => Footballer, { foreignKey: 'footballerId', as: 'f' }) declare footballer?: NonAttribute<Footballer>
}
export class Bowler extends Player<Bowler> {
  @Attribute(DataTypes.INTEGER) @NotNull declare bowling: number
}

export async function use() {
  const bowler = await Bowler.create({ name: 'x', bowling: 2 })
  expectType<number>()(bowler.bowling)
  expectType<string>()(bowler.name)
  // @ts-expect-error bowling is required
  await Bowler.create({ name: 'x' })
  await Footballer.findAll({ where: { name: 'x', club: 'y' }, include: 'cricketer' })
  // @ts-expect-error an attribute of another model
  await Footballer.findAll({ where: { bowling: 3 } })
}
