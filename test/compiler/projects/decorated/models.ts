import {
  Attributes,
  BelongsToGetAssociationMixin,
  BelongsToManyAddAssociationMixin,
  BelongsToManyAddAssociationsMixin,
  BelongsToManyCountAssociationsMixin,
  BelongsToManyCreateAssociationMixin,
  BelongsToManyGetAssociationsMixin,
  BelongsToManyHasAssociationMixin,
  BelongsToManyRemoveAssociationMixin,
  BelongsToManySetAssociationsMixin,
  BelongsToSetAssociationMixin,
  CreateOptions,
  CreationOptional,
  DataTypes,
  FindOptions,
  ForeignKey,
  HasManyAddAssociationMixin,
  HasManyAddAssociationsMixin,
  HasManyCountAssociationsMixin,
  HasManyCreateAssociationMixin,
  HasManyGetAssociationsMixin,
  HasManyHasAssociationMixin,
  HasManyRemoveAssociationMixin,
  HasManySetAssociationsMixin,
  HasOneCreateAssociationMixin,
  HasOneGetAssociationMixin,
  HasOneSetAssociationMixin,
  InferAttributes,
  InferCreationAttributes,
  Model,
  NonAttribute,
  sql,
} from 'mortise'
import {
  AfterDestroy,
  AllowNull,
  Attribute,
  AutoIncrement,
  BeforeCreate,
  BeforeFind,
  BeforeSave,
  BelongsTo,
  BelongsToMany,
  ColumnName,
  Comment,
  createIndexDecorator,
  CreatedAt,
  Default,
  DeletedAt,
  HasMany,
  HasOne,
  Index,
  ModelValidator,
  NotNull,
  PrimaryKey,
  Table,
  Unique,
  UpdatedAt,
  ValidateAttribute,
  Version,
} from 'mortise/decorators-legacy'
import { IsAlpha, IsEmail, IsLowercase, Len, Max, Min } from 'mortise/validators'

const NameIndex = createIndexDecorator('NameIndex', {
  name: 'firstName-lastName',
  type: 'FULLTEXT',
  concurrently: true,
})

/** A base class of every model. */
@Table.Abstract({ underscored: true })
export abstract class Entity<M extends Model> extends Model<InferAttributes<M>, InferCreationAttributes<M>> {
  @Attribute(DataTypes.UUID)
  @PrimaryKey
  @Default(sql.uuidV4)
  declare id: CreationOptional<string>

  @CreatedAt
  declare createdAt: CreationOptional<Date>

  @UpdatedAt
  declare updatedAt: CreationOptional<Date>
}

export enum Status {
  Active = 'active',
  Blocked = 'blocked',
}

@Table({ tableName: 'people', paranoid: true, indexes: [{ fields: ['lastName'] }], schema: 'public' })
export class Person extends Model<InferAttributes<Person>, InferCreationAttributes<Person>> {
  @Attribute(DataTypes.INTEGER)
  @PrimaryKey
  @AutoIncrement
  declare id: CreationOptional<number>

  @Attribute(DataTypes.STRING)
  @NotNull
  @Len([1, 50])
  @NameIndex
  declare firstName: string

  @Attribute({ type: DataTypes.STRING, columnName: 'family_name' })
  @NameIndex({ collate: 'en_US' })
  declare lastName: string | null

  @Attribute(DataTypes.STRING)
  @NotNull
  @Unique
  @IsEmail
  @IsLowercase
  declare email: string

  @Attribute(DataTypes.INTEGER)
  @Min(0)
  @Max(150)
  @Default(18)
  @ColumnName('years')
  @Comment('in years')
  declare age: CreationOptional<number | null>

  @Attribute(DataTypes.ENUM(Status))
  @Default(Status.Active)
  declare status: CreationOptional<Status>

  @Attribute(DataTypes.JSONB)
  @Index({ using: 'gin' })
  declare address: { city: string; geo?: { lat: number; lng: number } } | null

  @Attribute(DataTypes.DATE)
  @AllowNull
  declare bornAt: Date | null

  @Attribute(DataTypes.VIRTUAL(DataTypes.STRING, ['firstName', 'lastName']))
  get fullName(): CreationOptional<string> {
    return `${this.firstName} ${this.lastName}`
  }
  set fullName(value: string) {
    const [first, last] = value.split(' ')
    this.firstName = first!
    this.lastName = last ?? null
  }

  @Attribute(DataTypes.STRING)
  @ValidateAttribute((value: unknown, instance: Model) => {
    if (String(value).length < 3 && instance.isNewRecord) throw new Error('too short')
  })
  @ValidateAttribute({ is: { args: /^[a-z]+$/i, msg: 'letters only' } })
  @IsAlpha({ msg: 'letters only' })
  declare nick: string | null

  @DeletedAt
  declare deletedAt: Date | null
  @Version
  declare version: CreationOptional<number>

  @HasOne(() => DrivingLicense, { foreignKey: 'ownerId', inverse: { as: 'owner' }, onDelete: 'CASCADE' })
  declare drivingLicense?: NonAttribute<DrivingLicense>
  declare getDrivingLicense: HasOneGetAssociationMixin<DrivingLicense>
  declare setDrivingLicense: HasOneSetAssociationMixin<DrivingLicense, DrivingLicense['id']>
  declare createDrivingLicense: HasOneCreateAssociationMixin<DrivingLicense, 'ownerId'>

  @HasMany(() => Toot, { foreignKey: { name: 'authorId', onDelete: 'CASCADE' }, inverse: { as: 'author' } })
  declare toots?: NonAttribute<Toot[]>
  declare getToots: HasManyGetAssociationsMixin<Toot>
  declare setToots: HasManySetAssociationsMixin<Toot, Toot['id']>
  declare addToot: HasManyAddAssociationMixin<Toot, Toot['id']>
  declare addToots: HasManyAddAssociationsMixin<Toot, Toot['id']>
  declare removeToot: HasManyRemoveAssociationMixin<Toot, Toot['id']>
  declare hasToot: HasManyHasAssociationMixin<Toot, Toot['id']>
  declare countToots: HasManyCountAssociationsMixin<Toot>
  declare createToot: HasManyCreateAssociationMixin<Toot, 'authorId'>

  @BelongsToMany(() => Toot, {
    through: () => LikedToot,
    foreignKey: 'likerId',
    otherKey: 'tootId',
    inverse: { as: 'likers' },
    throughAssociations: {
      fromSource: 'likedTootsLikers',
      toSource: 'liker',
      fromTarget: 'likersLikedToots',
      toTarget: 'likedToot',
    },
  })
  declare likedToots?: NonAttribute<Toot[]>
  declare getLikedToots: BelongsToManyGetAssociationsMixin<Toot>
  declare setLikedToots: BelongsToManySetAssociationsMixin<Toot, Toot['id']>
  declare addLikedToot: BelongsToManyAddAssociationMixin<Toot, Toot['id']>
  declare addLikedToots: BelongsToManyAddAssociationsMixin<Toot, Toot['id']>
  declare removeLikedToot: BelongsToManyRemoveAssociationMixin<Toot, Toot['id']>
  declare hasLikedToot: BelongsToManyHasAssociationMixin<Toot, Toot['id']>
  declare countLikedToots: BelongsToManyCountAssociationsMixin<Toot>
  declare createLikedToot: BelongsToManyCreateAssociationMixin<Toot, 'authorId'>

  @BelongsTo(() => Person, 'fatherId')
  declare father?: NonAttribute<Person | null>
  @Attribute(DataTypes.INTEGER)
  declare fatherId: ForeignKey<number | null>
  declare getFather: BelongsToGetAssociationMixin<Person>
  declare setFather: BelongsToSetAssociationMixin<Person, Person['id']>

  @BeforeSave
  static trim(person: Person, options: CreateOptions<Attributes<Person>>): void {
    if (options.hooks !== false) person.firstName = person.firstName.trim()
  }
  @BeforeCreate({ name: 'stamp' })
  static async stamp(person: Person): Promise<void> {
    person.nick ??= 'new'
  }
  @BeforeFind
  static onlyActive(options: FindOptions<Attributes<Person>>): void {
    options.limit ??= 100
  }
  @AfterDestroy()
  static logDestroy(): void {
    console.log('destroyed')
  }
  @ModelValidator
  validateAge(): void {
    if (this.age !== null && this.age < 18 && this.bornAt === null) throw new Error('minor')
  }
  @ModelValidator
  static checkAll(person: Person): void {
    if (!person.email) throw new Error('no e-mail')
  }
}

@Table
export class DrivingLicense extends Model<InferAttributes<DrivingLicense>, InferCreationAttributes<DrivingLicense>> {
  @Attribute(DataTypes.INTEGER)
  @AutoIncrement
  @PrimaryKey
  declare id: CreationOptional<number>

  @Attribute(DataTypes.STRING)
  @NotNull
  @Unique('license')
  declare number: string

  /** Defined by {@link Person.drivingLicense} */
  declare owner?: NonAttribute<Person>
  declare getOwner: BelongsToGetAssociationMixin<Person>

  @Attribute(DataTypes.INTEGER)
  @NotNull
  declare ownerId: number
}

export class Toot extends Model<InferAttributes<Toot>, InferCreationAttributes<Toot>> {
  @Attribute(DataTypes.INTEGER)
  @AutoIncrement
  @PrimaryKey
  declare id: CreationOptional<number>

  @Attribute(DataTypes.TEXT)
  @NotNull
  declare content: string

  @Attribute(DataTypes.INTEGER)
  @NotNull
  declare authorId: number

  @Attribute(DataTypes.ARRAY(DataTypes.STRING))
  declare tags: string[] | null

  declare author?: NonAttribute<Person>
  declare likers?: NonAttribute<Person[]>
  declare LikedToot?: NonAttribute<LikedToot>
}

export class LikedToot extends Model<InferAttributes<LikedToot>, InferCreationAttributes<LikedToot>> {
  declare likerId: number
  declare tootId: number
  @Attribute(DataTypes.INTEGER)
  declare stars: number | null
}

export class Setting extends Entity<Setting> {
  @Attribute(DataTypes.STRING)
  declare key: string
  @Attribute(DataTypes.BIGINT)
  declare value: bigint | null
}
