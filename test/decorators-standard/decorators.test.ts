// Every decorator as a standard one; the same expectations as test/decorators-legacy/decorators.test.ts.
import { DataTypes, Model, Sequelize } from 'mortise'
import {
  AllowNull,
  Attribute,
  AutoIncrement,
  BeforeCreate,
  BelongsTo,
  BelongsToMany,
  ColumnName,
  Comment,
  CreatedAt,
  createIndexDecorator,
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
} from 'mortise/decorators'
import { describe, expect, test } from 'vitest'
import type { Table as AnyTable, Row } from '../support/untyped.js'

const define = (...models: readonly unknown[]): Sequelize =>
  new Sequelize({ dialect: 'sqlite', models: models as never })
const table = (model: unknown): AnyTable => model as AnyTable

const NameIndex = createIndexDecorator('NameIndex', { unique: true })

@Table.Abstract({ timestamps: true, underscored: true })
abstract class Base extends Model {
  @Attribute(DataTypes.INTEGER) @AutoIncrement @PrimaryKey accessor id!: number
  @CreatedAt accessor made!: Date
  @UpdatedAt accessor changedOn!: Date
  @DeletedAt accessor gone!: Date | null
  @Version accessor lock!: number
}
const log: string[] = []
@Table({ tableName: 'people' })
class Person extends Base {
  @Attribute(DataTypes.STRING) @NameIndex @Default('Ann') @Comment('first') accessor firstName!: string
  @Attribute(DataTypes.STRING)
  @NameIndex({ order: 'DESC' })
  @NotNull
  @ValidateAttribute({ len: [2, 9] })
  accessor lastName!: string
  @Attribute(DataTypes.STRING) @ColumnName('mail') @Unique @AllowNull accessor email!: string | null
  @Attribute(DataTypes.INTEGER) @Index @Index({ name: 'age_desc', attribute: { order: 'DESC' } }) accessor age!: number
  @Attribute(DataTypes.VIRTUAL(DataTypes.STRING, ['firstName', 'lastName']))
  get fullName(): string {
    return `${this.firstName} ${this.lastName}`
  }
  @Attribute(DataTypes.STRING)
  set nick(value: string) {
    ;(this as unknown as Row).setDataValue('nick', value.toLowerCase())
  }
  get nick(): string {
    return `~${(this as unknown as Row).getDataValue('nick')}`
  }
  @HasOne(() => License, { foreignKey: 'ownerId', inverse: { as: 'owner' } }) accessor license!: unknown

  @BeforeCreate static before(person: Row): void {
    log.push(`before ${person.lastName} ${this === (Person as unknown)}`)
  }
  @BeforeCreate({ name: 'second' }) static other(): void {
    log.push('second')
  }
  @ModelValidator notSame(): void {
    if (this.firstName === this.lastName) throw new Error('names are the same')
  }
  @ModelValidator static notEvil(person: Row): void {
    if (person.lastName === 'Evil') throw new Error('evil')
  }
}
class License extends Model {
  @Attribute(DataTypes.INTEGER) @NotNull accessor ownerId!: number
}

describe('decorators', () => {
  test('make attributes, options, indexes, hooks, validators and associations', async () => {
    const sequelize = define(Person, License)
    const { rawAttributes } = table(Person)
    expect(table(Person).tableName).toBe('people')
    expect(Object.keys(rawAttributes)).toEqual([
      'id',
      'firstName',
      'lastName',
      'email',
      'age',
      'fullName',
      'nick',
      'made',
      'changedOn',
      'gone',
      'lock',
    ])
    expect(rawAttributes).toMatchObject({
      id: { primaryKey: true, autoIncrement: true },
      firstName: { columnName: 'first_name', defaultValue: 'Ann', comment: 'first' },
      lastName: { allowNull: false },
      email: { columnName: 'mail', allowNull: true },
      made: { role: 'createdAt', columnName: 'made' },
      gone: { role: 'deletedAt' },
      lock: { role: 'version' },
    })
    const indexes = table(Person)
      .getIndexes()
      .map((index: Row) => [index.name, index.unique ?? false, index.fields])
    expect(indexes).toHaveLength(4)
    expect(indexes).toEqual(
      expect.arrayContaining([
        ['people_mail_unique', true, ['email']],
        ['NameIndex', true, ['firstName', { name: 'lastName', order: 'DESC' }]],
        ['people_age', false, ['age']],
        ['age_desc', false, [{ name: 'age', order: 'DESC' }]],
      ]),
    )
    await sequelize.sync()
    const person = await table(Person).create({ lastName: 'Lee', nick: 'AL' })
    expect(person).toMatchObject({ firstName: 'Ann', fullName: 'Ann Lee', nick: '~al', lock: 0 })
    expect(person.get('fullName')).toBe('Ann Lee')
    expect(log).toEqual(['before Lee true', 'second'])
    await expect(table(Person).create({ firstName: 'Lee', lastName: 'Lee' })).rejects.toThrow(/names are the same/)
    await expect(table(Person).create({ lastName: 'Evil' })).rejects.toThrow(/evil/)
    await expect(table(Person).create({ lastName: 'X' })).rejects.toThrow(/lastName/)
    await expect(table(Person).create({})).rejects.toThrow(/notNull|cannot be null/)
    const license = await person.createLicense({})
    expect((await license.getOwner()).id).toBe(person.id)
    expect((await table(Person).findOne({ include: 'license' })).license.id).toBe(license.id)
    await person.destroy()
    expect(await table(Person).count()).toBe(0)
    expect(await table(Person).count({ paranoid: false })).toBe(1)
    await sequelize.close()
  })

  test('what cannot be says so', () => {
    expect(() => define(Base)).toThrow(/Base is abstract/)
    class Twice extends Model {
      @Attribute(DataTypes.STRING) accessor a!: string
    }
    define(Twice)
    expect(() => define(Twice)).toThrow(/registered already with another/)
    expect(() => Twice.init({}, { sequelize: new Sequelize('sqlite::memory:') })).toThrow(/decorated/)
    class Untyped extends Model {
      @NotNull accessor a!: string
    }
    expect(() => define(Untyped)).toThrow(/"a" of Untyped has no data type/)
    expect(() => {
      class Contrary extends Model {
        @Attribute(DataTypes.STRING) @NotNull @AllowNull accessor a!: string
      }
      return Contrary
    }).toThrow(/allowNull/)
    expect(() => {
      class Named extends Model {
        @HasOne(() => License, { as: 'x' } as never) accessor a!: unknown
      }
      return Named
    }).toThrow(/no "as"/)
    expect(() => {
      class Named extends Model {
        @HasMany(() => License, { as: 'x' } as never) accessor a!: unknown
      }
      return Named
    }).toThrow(/no "as"/)
    class Label extends Model {}
    class Torn extends Model {
      @BelongsToMany(() => Label, {} as never) accessor labels!: unknown
    }
    expect(() => define(Torn, Label)).toThrow(/through/)
  })

  test('hasMany and belongsToMany take their names from the properties', async () => {
    class Post extends Model {
      @Attribute(DataTypes.STRING) accessor title!: string
      @HasMany(() => Remark, { foreignKey: 'postId', inverse: { as: 'post' } }) accessor remarks!: unknown
      @BelongsToMany(() => Tag, { through: 'PostTag', inverse: { as: 'posts' } }) accessor tags!: unknown
    }
    class Remark extends Model {
      @Attribute(DataTypes.INTEGER) accessor postId!: number
    }
    class Tag extends Model {
      @Attribute(DataTypes.STRING) accessor name!: string
    }
    const sequelize = define(Post, Remark, Tag)
    await sequelize.sync()
    const post = await table(Post).create({ title: 'a' })
    await post.createRemark({})
    await post.setTags([await table(Tag).create({ name: 'x' }), await table(Tag).create({ name: 'y' })])
    const found = await table(Post).findOne({ include: ['remarks', 'tags'] })
    expect([found.remarks.map((remark: Row) => remark.postId), found.tags.map((tag: Row) => tag.name).sort()]).toEqual([
      [post.id],
      ['x', 'y'],
    ])
    const tag = await table(Tag).findOne({ where: { name: 'y' }, include: 'posts' })
    expect(tag.posts.map((one: Row) => one.title)).toEqual(['a'])
    await sequelize.close()
  })

  test('fields work as well, their initial values are defaults', async () => {
    class Field extends Model {
      @Attribute(DataTypes.STRING) a!: string
      @Attribute(DataTypes.STRING) b = 'first'
      @Attribute(DataTypes.STRING) accessor c = 'second'
    }
    const sequelize = define(Field)
    await sequelize.sync()
    const made = await table(Field).create({ a: 'x' })
    expect([made.a, made.b, made.c]).toEqual(['x', 'first', 'second'])
    expect(new (table(Field))({ b: 'y', c: 'z' }).get()).toMatchObject({ b: 'y', c: 'z' })
    const found = await table(Field).findOne({ attributes: ['id', 'a'] })
    expect([found.a, found.b, found.c]).toEqual(['x', undefined, undefined])
    await sequelize.close()
  })

  test('concrete-table inheritance: attributes and belongsTo are inherited, hasOne is not', () => {
    class Club extends Model {}
    class Player extends Model {
      @Attribute(DataTypes.STRING) accessor name!: string
      @BelongsTo(() => Club, 'clubId') accessor club!: unknown
    }
    class Keeper extends Player {
      @Attribute({ type: DataTypes.INTEGER, insertBefore: 'name' } as never) accessor number!: number
    }
    define(Club, Player, Keeper)
    expect(Object.keys(table(Keeper).rawAttributes)).toEqual([
      'id',
      'number',
      'name',
      'createdAt',
      'updatedAt',
      'clubId',
    ])
    expect(table(Keeper).tableName).toBe('Keepers')
    expect(table(Keeper).associations.club!.target).toBe(Club)
    class Owner extends Model {
      @HasOne(() => Club, 'ownerId' as never) accessor one!: unknown
    }
    class Heir extends Owner {}
    expect(() => define(class Club extends Model {}, Heir)).toThrow(/only belongsTo can be inherited/)
  })
})
