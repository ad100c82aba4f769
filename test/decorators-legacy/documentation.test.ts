// What the guides of version 7 say on decorated models: names, timestamps, inheritance, indexes, accessors and validators.
import { DataTypes, Model, OptimisticLockError, Sequelize } from 'mortise'
import {
  Attribute,
  BeforeSave,
  BelongsToMany,
  ColumnName,
  CreatedAt,
  createIndexDecorator,
  Default,
  DeletedAt,
  HasMany,
  Index,
  ModelValidator,
  NotNull,
  PrimaryKey,
  Table,
  UpdatedAt,
  ValidateAttribute,
  Version,
} from 'mortise/decorators-legacy'
import { SqliteDialect } from 'mortise/sqlite'
import { describe, expect, test } from 'vitest'
import type { Table as AnyTable, Row } from '../support/untyped.js'

async function registered(...models: readonly unknown[]): Promise<Sequelize> {
  const sequelize = new Sequelize({ dialect: SqliteDialect, storage: ':memory:', models: models as never })
  await sequelize.sync()
  return sequelize
}
const table = (model: unknown): AnyTable => model as AnyTable

describe('auto-timestamps', () => {
  test('a decorator that only names the column leaves the type to the timestamp', async () => {
    class User extends Model {
      @ColumnName('created_at') declare createdAt: Date
      @ColumnName('updated_at') declare updatedAt: Date
      @ColumnName('deleted_at') @DeletedAt declare deletedAt: Date | null
      @ColumnName('lock_version') @Version declare version: number
    }
    const sequelize = await registered(User)
    const columns = [...table(User).modelDefinition.attributes.values()].map(({ columnName }: Row) => columnName)
    expect(columns.sort()).toEqual(['created_at', 'deleted_at', 'id', 'lock_version', 'updated_at'])
    const user = await table(User).create()
    expect(user.createdAt).toBeInstanceOf(Date)
    await sequelize.close()
  })
  test('other names, by option or by decorator', async () => {
    @Table({ createdAt: 'made', updatedAt: false })
    class ByOption extends Model {
      @ColumnName('made_at') declare made: Date
    }
    class ByDecorator extends Model {
      @CreatedAt declare made: Date
      @UpdatedAt declare touched: Date
      @DeletedAt declare gone: Date | null
    }
    const sequelize = await registered(ByOption, ByDecorator)
    expect([...table(ByOption).modelDefinition.attributes.keys()]).toEqual(['id', 'made'])
    expect([...table(ByDecorator).modelDefinition.attributes.keys()].sort()).toEqual(['gone', 'id', 'made', 'touched'])
    const row = await table(ByDecorator).create()
    await row.destroy()
    expect(await table(ByDecorator).count()).toBe(0)
    await row.restore()
    expect(await table(ByDecorator).count()).toBe(1)
    await sequelize.close()
  })
  test('an attribute without any type is still refused', async () => {
    class User extends Model {
      @ColumnName('first_name') declare firstName: string
    }
    await expect(registered(User)).rejects.toThrow(/firstName.*User.*data type/s)
  })
})

describe('inheritance', () => {
  test('a registered model may extend a registered model', async () => {
    for (const isParentFirst of [true, false]) {
      @Table.Abstract
      class Player extends Model {
        @Attribute(DataTypes.STRING) @NotNull declare name: string
        @Attribute(DataTypes.STRING)
        get nick(): string {
          return `"${String(this.getDataValue('nick' as never))}"`
        }
      }
      class Cricketer extends Player {
        @Attribute(DataTypes.INTEGER) @NotNull declare batting: number
      }
      class Bowler extends Cricketer {
        @Attribute(DataTypes.INTEGER) @NotNull declare bowling: number
      }
      const sequelize = await registered(...(isParentFirst ? [Cricketer, Bowler] : [Bowler, Cricketer]))
      const bowler = await table(Bowler).create({ name: 'x', nick: 'y', batting: 1, bowling: 2 })
      bowler.batting = 3
      await bowler.save()
      expect([bowler.name, bowler.nick, bowler.batting, bowler.bowling]).toEqual(['x', '"y"', 3, 2])
      expect([await table(Bowler).count(), await table(Cricketer).count()]).toEqual([1, 0])
      expect(Object.keys(table(Cricketer).getAttributes())).not.toContain('bowling')
      await sequelize.close()
    }
  })
  test('an abstract one is no model', async () => {
    @Table.Abstract
    class Player extends Model {}
    await expect(registered(Player)).rejects.toThrow(/Player is abstract/)
  })
})

describe('indexes', () => {
  test('an index decorator names its index after itself, or as its options say', async () => {
    const NameIndex = createIndexDecorator('NameIndex', { name: 'first-last', unique: true })
    const Plain = createIndexDecorator('plain')
    class User extends Model {
      @Attribute(DataTypes.STRING) @NameIndex declare first: string
      @Attribute(DataTypes.STRING) @NameIndex({ order: 'DESC' }) @Plain declare last: string
      @Attribute(DataTypes.STRING) @Index({ name: 'own' }) declare email: string
    }
    const sequelize = await registered(User)
    const indexes = table(User).getIndexes() as readonly Row[]
    expect(indexes.map(({ name, unique, fields }) => [name, unique === true, fields.length]).sort()).toEqual([
      ['first-last', true, 2],
      ['own', false, 1],
      ['plain', false, 1],
    ])
    await sequelize.close()
  })
})

describe('validators and hooks', () => {
  test('of an attribute: the value, the instance, the name; not for null', async () => {
    const seen: unknown[] = []
    class User extends Model {
      @Attribute(DataTypes.STRING)
      @ValidateAttribute((value: unknown, user: unknown, attributeName: string) => {
        seen.push([value, user instanceof User, attributeName])
        if (value === '') throw new Error('Name cannot be empty')
      })
      declare name: string | null
    }
    const sequelize = await registered(User)
    await expect(table(User).create({ name: '' })).rejects.toThrow('Name cannot be empty')
    await table(User).create({ name: null })
    await table(User).create({})
    expect(seen).toEqual([['', true, 'name']])
    await sequelize.close()
  })
  test('of the model: static with the instance as `this` or as its parameter, or a method', async () => {
    class Place extends Model {
      @Attribute(DataTypes.INTEGER) declare latitude: number | null
      @Attribute(DataTypes.INTEGER) declare longitude: number | null
      @ModelValidator static both(): void {
        const place = this as unknown as Place
        if ((place.latitude === null) !== (place.longitude === null)) throw new Error('both or neither')
      }
      @ModelValidator static inRange(place: Place): void {
        if (this !== Place) throw new Error('not the class')
        if (Number(place.latitude) > 90) throw new Error('out of range')
      }
      @ModelValidator noTwins(): void {
        if (this.latitude !== null && this.latitude === this.longitude) throw new Error('twins')
      }
    }
    const sequelize = await registered(Place)
    const create = (latitude: unknown, longitude: unknown): Promise<unknown> =>
      table(Place).create({ latitude, longitude })
    await expect(create(1, null)).rejects.toThrow('both or neither')
    await expect(create(91, 1)).rejects.toThrow('out of range')
    await expect(create(1, 1)).rejects.toThrow('twins')
    await create(1, 2)
    await create(null, null)
    await sequelize.close()
  })
  test('hooks on static methods, removed by name', async () => {
    class User extends Model {
      @Attribute(DataTypes.STRING) declare name: string
      @BeforeSave static first(user: User): void {
        user.name += '!'
      }
      @BeforeSave({ name: 'second' }) static next(user: User): void {
        user.name += '?'
      }
    }
    const sequelize = await registered(User)
    expect((await table(User).create({ name: 'a' })).name).toBe('a!?')
    User.hooks.removeListener('beforeSave', 'second')
    expect((await table(User).create({ name: 'a' })).name).toBe('a!')
    await sequelize.close()
  })
})

describe('keys and versions', () => {
  test('composite primary keys, none at all, and optimistic locking', async () => {
    class Role extends Model {
      @Attribute(DataTypes.INTEGER) @PrimaryKey declare userId: number
      @Attribute(DataTypes.INTEGER) @PrimaryKey declare roleId: number
    }
    @Table({ noPrimaryKey: true })
    class Log extends Model {
      @Attribute(DataTypes.STRING) @Default('x') declare line: string
    }
    class Counter extends Model {
      @Version declare version: number
      @Attribute(DataTypes.INTEGER) declare n: number
    }
    const sequelize = await registered(Role, Log, Counter)
    await table(Role).create({ userId: 1, roleId: 2 })
    expect(await table(Role).findByPk({ userId: 1, roleId: 2 })).not.toBeNull()
    const log = await table(Log).create()
    expect(log.line).toBe('x')
    await expect(table(Log).findByPk(1)).rejects.toThrow(/primary key/)
    log.line = 'y'
    await expect(log.save()).rejects.toThrow(/primary key/)
    const one = await table(Counter).create({ n: 1 })
    const same = await table(Counter).findByPk(one.id)
    await one.update({ n: 2 })
    await expect(same.update({ n: 3 })).rejects.toBeInstanceOf(OptimisticLockError)
    await sequelize.close()
  })
})

describe('associations/has-many, associations/belongs-to-many', () => {
  test('HasMany with its inverse; BelongsToMany with names for all of its associations', async () => {
    class Post extends Model {
      @HasMany(() => Comment, { foreignKey: 'postId', inverse: { as: 'post' } }) declare comments?: unknown[]
    }
    class Comment extends Model {
      @Attribute(DataTypes.INTEGER) @NotNull declare postId: number
      @Attribute(DataTypes.STRING) declare content: string
    }
    class Person extends Model {
      @BelongsToMany(() => Toot, {
        through: () => LikedToot,
        inverse: { as: 'likers' },
        throughAssociations: {
          fromSource: 'likedTootsLikers',
          toSource: 'liker',
          fromTarget: 'likersLikedToots',
          toTarget: 'likedToot',
        },
      })
      declare likedToots?: unknown[]
    }
    class LikedToot extends Model {
      declare likerId: number
      declare likedTootId: number
    }
    class Toot extends Model {}
    const sequelize = await registered(Post, Comment, Person, LikedToot, Toot)
    const post = await table(Post).create()
    const comment = await post.createComment({ content: 'This is a comment' })
    expect([comment.postId, await post.hasComment(comment), (await comment.getPost()).id]).toEqual([1, true, 1])
    await post.setComments([1])
    expect([await post.hasComments([1]), await post.countComments()]).toEqual([true, 1])
    // The key cannot be null: the row goes.
    await post.removeComment(1)
    expect(await table(Comment).count()).toBe(0)
    const person = await table(Person).create()
    await person.addLikedToots(await table(Toot).bulkCreate([{}, {}]))
    expect(await person.countLikedToots()).toBe(2)
    expect(Object.keys(table(LikedToot).getAttributes()).sort()).toEqual([
      'createdAt',
      'likedTootId',
      'likerId',
      'updatedAt',
    ])
    const [toot] = await table(Toot).findAll({ include: [{ association: 'likers', include: ['likedTootsLikers'] }] })
    expect(toot!.likers[0].likedTootsLikers).toHaveLength(2)
    await sequelize.close()
  })
})
