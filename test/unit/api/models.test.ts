import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import * as mortise from 'mortise'
import {
  belongsTo,
  DataTypes,
  HasOne,
  hasOne,
  importModels,
  isModelStatic,
  isSameInitialModel,
  Model,
  Op,
  Sequelize,
} from 'mortise'
import { describe, expect, test } from 'vitest'
import type { Database, Table } from '../../support/untyped.js'

const connect = (options: object = {}): Database =>
  new Sequelize({ dialect: 'sqlite', ...options } as never) as unknown as Database
const pair = (options?: object): { sequelize: Database; User: Table; Profile: Table } => {
  const sequelize = connect(options)
  const User = sequelize.define('User', { name: DataTypes.STRING })
  const Profile = sequelize.define('Profile', { bio: DataTypes.TEXT })
  return { sequelize, User, Profile }
}

describe('sequelize.models', () => {
  test("is Sequelize 7's view and Sequelize 6's object", () => {
    const { sequelize, User, Profile } = pair()
    const { models } = sequelize
    expect(models.User).toBe(User)
    expect(Object.keys(models)).toEqual(['User', 'Profile'])
    expect(Object.values(models)).toEqual([User, Profile])
    expect('User' in models).toBe(true)
    expect(models.Nobody).toBeUndefined()
    expect(models.get('User')).toBe(User)
    expect(models.get('Nobody')).toBeUndefined()
    expect(() => models.getOrThrow('Usre')).toThrow(/Did you mean "User"/)
    expect(models.hasByName('Profile')).toBe(true)
    expect([...models]).toEqual([User, Profile])
    expect(models.size).toBe(2)
    expect(() => {
      models.X = User
    }).toThrow(/define/)
    expect(sequelize.model('User')).toBe(User)
    expect(() => sequelize.model('Nobody')).toThrow(/no model named "Nobody"/)
    expect(sequelize.isDefined('User')).toBe(true)
  })
  test('sorted by foreign key, null for a circle', () => {
    const { sequelize, User, Profile } = pair()
    User.hasOne(Profile)
    expect(sequelize.models.getModelsTopoSortedByForeignKey()).toEqual([Profile, User])
    User.belongsTo(Profile, { as: 'favourite', inverse: { as: 'fan', type: 'hasOne' } })
    expect(sequelize.models.getModelsTopoSortedByForeignKey()).toBeNull()
  })
  test('a model of the same name takes the place of the former and of its associations', () => {
    const { sequelize, User, Profile } = pair()
    User.hasOne(Profile)
    const Again = sequelize.define('Profile', { bio: DataTypes.TEXT })
    expect(sequelize.models.Profile).toBe(Again)
    expect(Object.keys(User.associations)).toEqual([])
    expect(User.prototype.getProfile).toBeUndefined()
    User.hasOne(Again)
    expect(User.associations.Profile!.target).toBe(Again)
    sequelize.removeAllModels()
    expect(sequelize.models.size).toBe(0)
  })
})

describe('a model that is not defined', () => {
  test('says how to define it', () => {
    class Lost extends Model {}
    expect(() => Lost.findAll()).toThrow(/Lost.*not been initialised.*init.*models: \[Lost\]/s)
    expect(() => Lost.tableName).toThrow(/Lost/)
    expect(() => new Lost()).toThrow(/Lost/)
    expect(Lost.isInitialized()).toBe(false)
    expect(() => Lost.assertIsInitialized()).toThrow(/Lost/)
    expect(() => Model.findAll()).toThrow(/base of all models/)
  })
  test('init needs its Sequelize', () => {
    class Lost extends Model {}
    expect(() => Lost.init({}, {} as never)).toThrow(/sequelize/)
    expect(Lost.init({ a: DataTypes.STRING }, { sequelize: connect() as never })).toBe(Lost)
    expect(Lost.isInitialized()).toBe(true)
  })
})

describe('metadata', () => {
  test('in the shapes of Sequelize 7 and 6', () => {
    const sequelize = connect({ define: { underscored: true } })
    const User = sequelize.define(
      'User',
      { firstName: { type: DataTypes.STRING, unique: true }, full: DataTypes.VIRTUAL },
      { schema: 's', paranoid: true },
    )
    expect(User.table).toEqual({ tableName: 'users', schema: 's', delimiter: '.' })
    expect(User.getTableName()).toMatchObject({ tableName: 'users', schema: 's' })
    expect(String(User.getTableName())).toBe('s.users')
    expect(User.tableName).toBe('users')
    expect(Object.keys(User.getAttributes())).toEqual([
      'id',
      'firstName',
      'full',
      'createdAt',
      'updatedAt',
      'deletedAt',
    ])
    expect(User.rawAttributes).toBe(User.getAttributes())
    expect(Object.keys(User.tableAttributes)).not.toContain('full')
    expect(User.rawAttributes.firstName.field).toBe('first_name')
    expect(User.fieldRawAttributesMap.first_name.attributeName).toBe('firstName')
    expect([User.primaryKeyAttribute, User.primaryKeyField, User.autoIncrementAttribute]).toEqual(['id', 'id', 'id'])
    expect(User.primaryKeyAttributes).toEqual(['id'])
    expect(Object.keys(User.primaryKeys)).toEqual(['id'])
    expect(User.getIndexes()).toMatchObject([{ unique: true, fields: ['firstName'] }])
    expect(User.options).toMatchObject({ paranoid: true, underscored: true, tableName: 'users', modelName: 'User' })
    expect(Object.isFrozen(User.options)).toBe(true)
    expect([User.sequelize, User.build().sequelize]).toEqual([sequelize, sequelize])
    expect(User.name).toBe('User')
    User.removeAttribute('firstName')
    expect(Object.keys(User.getAttributes())).not.toContain('firstName')
    User.mergeAttributesDefault({ age: DataTypes.INTEGER })
    expect(Object.keys(User.getAttributes())).toContain('age')
  })
  test('associations by name, by target', () => {
    const { User, Profile } = pair()
    const association = User.hasOne(Profile, { as: 'profile', foreignKey: 'userId' })
    expect(User.getAssociations(Profile)).toEqual([association])
    expect(User.getAssociationWithModel(Profile)).toBe(association)
    expect(() => User.getAssociationWithModel(Profile, 'profil')).toThrow(/Did you mean "profile"/)
    expect(() => User.getAssociationWithModel(User)).toThrow(/not associated/)
    User.hasOne(Profile, { as: 'other', foreignKey: 'otherId' })
    expect(() => User.getAssociationWithModel(Profile)).toThrow(/several.*profile, other/)
    expect(User.getAssociationWithModel(Profile, 'other').as).toBe('other')
  })
  test('associations to many rows have the plural of the model, and methods for one and for many', () => {
    const { User, Profile } = pair()
    const many = User.hasMany(Profile)
    expect([many.as, many.accessors.addMultiple, many.accessors.add]).toEqual(['Profiles', 'addProfiles', 'addProfile'])
    expect(User.belongsToMany(Profile, { through: 'UserProfile', as: 'others' }).accessors.count).toBe('countOthers')
  })
})

describe('scopes and schemas make variants', () => {
  test('the model itself stays as it is', async () => {
    const sequelize = connect()
    const User = sequelize.define(
      'User',
      { name: DataTypes.STRING, age: DataTypes.INTEGER },
      {
        defaultScope: { where: { age: { [Op.gt]: 10 } } },
        scopes: { ann: { where: { name: 'Ann' } }, older: (age: number) => ({ where: { age: { [Op.gt]: age } } }) },
      },
    )
    await sequelize.sync()
    await User.bulkCreate([
      { name: 'Ann', age: 5 },
      { name: 'Ann', age: 20 },
      { name: 'Ben', age: 30 },
    ])
    const count = (model: Table): Promise<number> => model.count()
    expect(await count(User)).toBe(2)
    expect(await count(User.withScope('ann'))).toBe(2)
    expect(await count(User.scope('defaultScope', 'ann'))).toBe(1)
    expect(await count(User.withScope({ method: ['older', 25] }))).toBe(1)
    expect(await count(User.unscoped())).toBe(3)
    expect(await count(User.withoutScope())).toBe(3)
    expect(await count(User.withScope('ann').withInitialScope())).toBe(2)
    expect(await count(User)).toBe(2)
    const [ann] = await User.withScope('ann').findAll({ order: ['age'] })
    expect(ann).toBeInstanceOf(User)
    expect(ann!.age).toBe(5)
    await ann!.update({ age: 6 })
    expect(User.withScope('ann')).toBe(User.withScope('ann'))
    expect(User.withScope('ann').getInitialModel()).toBe(User)
    expect(isSameInitialModel(User.withScope('ann'), User)).toBe(true)
    expect(() => User.withScope('anne')).toThrow(/Did you mean "ann"/)
    User.addScope('ben', { where: { name: 'Ben' } })
    expect(await count(User.withScope('ben'))).toBe(1)
    expect(() => User.addScope('ben', {})).toThrow(/override/)
    expect(await User.withScope('ben').update({ name: 'Bob' }, { where: {} })).toEqual([1])
    await sequelize.close()
  })
  test('another schema', () => {
    const { User } = pair()
    const Other = User.withSchema('tenant')
    expect(Other.table.schema).toBe('tenant')
    expect(Other.name).toBe('User')
    expect(Other._schema).toBe('tenant')
    expect(User.table.schema).toBe('')
    expect(User.schema('tenant').table.schema).toBe('tenant')
  })
})

describe('base classes', () => {
  test('the first class that extends one is the model', async () => {
    const sequelize = connect()
    class User extends (sequelize.model as unknown as Sequelize['model'])(
      'User',
      { name: DataTypes.STRING },
      { associations: { profile: hasOne(() => Profile), mentor: belongsTo(() => User, 'mentorId') } },
    ) {
      get loud(): string {
        return `${this.name}!`
      }
    }
    class Profile extends (sequelize.model as unknown as Sequelize['model'])(
      'Profile',
      { bio: DataTypes.TEXT },
      { associations: { user: belongsTo(() => User) } },
    ) {}
    await sequelize.sync()
    expect(sequelize.models.User).toBe(User)
    const user = await User.create({ name: 'Ann', profile: { bio: 'b' } }, { include: ['profile'] })
    const found = await Profile.findOne({ include: 'user', rejectOnEmpty: true })
    expect(found.user).toBeInstanceOf(User)
    expect(found.user?.loud).toBe('Ann!')
    expect(Object.keys(Profile.getAttributes())).toContain('userId')
    expect(Object.keys(User.getAttributes())).toContain('mentorId')
    await user.setMentor(user)
    expect((await user.getMentor())?.id).toBe(user.id)
    class Admin extends User {}
    const [admin] = await Admin.findAll()
    expect(admin).toBeInstanceOf(Admin)
    expect(sequelize.models.User).toBe(User)
    await sequelize.close()
  })
  test('associate, for models that are there', async () => {
    const { sequelize, User, Profile } = pair()
    type Builder = Record<string, (target: unknown, options?: unknown) => object>
    sequelize.associate({ User, Profile }, (m: Record<string, Builder>) => ({
      User: { profile: m.User!.hasOne!(m.Profile, 'ownerId') },
    }))
    expect(User.associations.profile).toMatchObject({ as: 'profile', foreignKey: 'ownerId' })
    expect(() =>
      sequelize.associate({ User }, (m: Record<string, Builder>) => ({ Usr: { x: m.User!.hasOne!(m.User) } })),
    ).toThrow(/Did you mean "User"/)
    expect(() =>
      sequelize.associate({ User }, (m: Record<string, Builder>) => ({ User: { x: m.User!.hasOne!(Profile) } })),
    ).toThrow(/callback/)
    await sequelize.close()
  })
  test('a declared association must be declared', () => {
    const sequelize = connect()
    expect(() => sequelize.define('A', {}, { associations: { b: {} } })).toThrow(/associations\.b of A/)
  })
})

describe('inner calls go through public methods', () => {
  const watched = async (): Promise<{ User: Table; calls: string[]; sequelize: Database }> => {
    const { sequelize, User } = pair()
    await sequelize.sync()
    const calls: string[] = []
    for (const name of ['findAll', 'findOne', 'create', 'build', 'aggregate', 'count', 'increment']) {
      const original = User[name] as (...args: unknown[]) => unknown
      User[name] = function (this: unknown, ...args: unknown[]) {
        calls.push(name)
        return original.apply(this, args)
      }
    }
    return { sequelize, User, calls }
  }
  test.each([
    ['findByPk', (User: Table) => User.findByPk(1), ['findOne', 'findAll']],
    ['findOne', (User: Table) => User.findOne(), ['findOne', 'findAll']],
    [
      'findOrCreate',
      (User: Table) => User.findOrCreate({ where: { name: 'x' } }),
      ['findOne', 'findAll', 'create', 'build'],
    ],
    [
      'findCreateFind',
      (User: Table) => User.findCreateFind({ where: { name: 'x' } }),
      ['findOne', 'findAll', 'create', 'build'],
    ],
    ['findOrBuild', (User: Table) => User.findOrBuild({ where: { name: 'x' } }), ['findOne', 'findAll', 'build']],
    ['findAndCountAll', (User: Table) => User.findAndCountAll(), ['count', 'findAll']],
    ['max', (User: Table) => User.max('id'), ['aggregate']],
    ['create', (User: Table) => User.create({}), ['create', 'build']],
    ['decrement', (User: Table) => User.decrement('id', { where: { id: 5 } }), ['increment']],
  ] as const)('%s', async (_name, run, expected) => {
    const { sequelize, User, calls } = await watched()
    await run(User)
    expect(calls).toEqual(expected)
    await sequelize.close()
  })
  test('mixins call the association, on the instance and on the class', async () => {
    const { sequelize, User, Profile } = pair()
    User.hasOne(Profile)
    await sequelize.sync()
    const user = await User.create({})
    const calls: string[] = []
    const { get } = HasOne.prototype
    HasOne.prototype.get = function (...args) {
      calls.push(`get ${(this as { as: string }).as}`)
      return get.apply(this, args)
    }
    await user.getProfile()
    HasOne.prototype.get = get
    expect(calls).toEqual(['get Profile'])
    await sequelize.close()
  })
  test('every statement passes queryRaw while it is wrapped', async () => {
    const { sequelize, User, Profile } = pair()
    User.hasOne(Profile)
    await sequelize.sync()
    const seen: string[] = []
    const { queryRaw } = sequelize
    sequelize.queryRaw = function (this: unknown, text: string, options: object) {
      seen.push(text)
      return queryRaw.call(this, `${text} /* traced */`, options)
    }
    const logged: string[] = []
    const user = await User.create({ name: 'x' }, { logging: (text: string) => logged.push(text) })
    await user.setProfile(await Profile.create({}))
    expect(await User.findAll({ include: Profile })).toHaveLength(1)
    await sequelize.query('SELECT 1')
    expect(seen.filter((text) => /^INSERT/.test(text))).toHaveLength(2)
    expect(seen.filter((text) => /^UPDATE/.test(text))).toHaveLength(1)
    expect(seen.filter((text) => text.startsWith('SELECT 1'))).toEqual(['SELECT 1'])
    expect(logged.some((text) => text.endsWith('/* traced */'))).toBe(true)
    sequelize.queryRaw = async () => undefined
    await expect(User.findAll()).rejects.toThrow(/wrapped/)
    await sequelize.close()
  })
})

describe('hooks', () => {
  test("in Sequelize 6's words and in 7's", async () => {
    const { sequelize, User } = pair()
    await sequelize.sync()
    const calls: string[] = []
    User.beforeCreate((user: { name: string }) => {
      calls.push(`fn ${user.name}`)
    })
    User.beforeCreate('named', () => {
      calls.push('named')
    })
    User.addHook('afterCreate', () => {
      calls.push('after')
    })
    sequelize.beforeCreate(() => {
      calls.push('everywhere')
    })
    const remove = User.hooks.addListener('beforeCreate', () => {
      calls.push('listener')
    })
    await User.create({ name: 'x' })
    expect(calls).toEqual(['fn x', 'named', 'listener', 'everywhere', 'after'])
    expect([User.hasHook('beforeCreate'), User.hasHooks('beforeUpdate')]).toEqual([true, false])
    User.removeHook('beforeCreate', 'named')
    remove()
    calls.length = 0
    await User.runHooks('beforeCreate', { name: 'y' })
    expect(calls).toEqual(['fn y', 'everywhere'])
    await sequelize.close()
  })
  test('beforeDefine may change what is defined', () => {
    const sequelize = connect()
    const given = Object.freeze({ name: DataTypes.STRING })
    sequelize.hooks.addListener(
      'beforeDefine',
      (attributes: Record<string, unknown>, options: Record<string, unknown>) => {
        attributes.extra = DataTypes.INTEGER
        options.tableName = 'renamed'
      },
    )
    const defined: unknown[] = []
    sequelize.hooks.addListener('afterDefine', (model: unknown) => {
      defined.push(model)
    })
    const User = sequelize.define('User', given)
    expect(User.tableName).toBe('renamed')
    expect(Object.keys(User.getAttributes())).toContain('extra')
    expect(defined).toEqual([User])
  })
  test('of queries and connections', async () => {
    const events: string[] = []
    const note = (name: string) => (): void => {
      events.push(name)
    }
    const sequelize = connect({
      hooks: {
        beforePoolAcquire: note('beforePoolAcquire'),
        afterPoolAcquire: note('afterPoolAcquire'),
        beforeConnect: note('beforeConnect'),
        afterConnect: note('afterConnect'),
        beforeDisconnect: note('beforeDisconnect'),
      },
    })
    const queries: object[] = []
    sequelize.hooks.addListener('beforeQuery', (_options: object, query: object) => {
      queries.push(query)
    })
    sequelize.hooks.addListener('afterQuery', (_options: object, query: { sql: string }) => {
      events.push(`${query.sql} ${queries[0] === query}`)
    })
    await sequelize.query('SELECT 1')
    await sequelize.close()
    expect(events).toEqual([
      'beforePoolAcquire',
      'beforeConnect',
      'afterConnect',
      'afterPoolAcquire',
      'SELECT 1 true',
      'beforeDisconnect',
    ])
  })
})

describe('what the package exports', () => {
  test('is on the class as well', () => {
    const Class = Sequelize as unknown as Record<string, unknown>
    for (const [name, value] of Object.entries(mortise))
      if (name !== 'module.exports') expect([name, Class[name]]).toEqual([name, value])
    expect(Class.STRING).toBe(DataTypes.STRING)
    expect([Class.Sequelize, Class.default]).toEqual([Sequelize, Sequelize])
    expect((mortise as Record<string, unknown>)['module.exports']).toBe(Sequelize)
  })
  test('has the names of the surface', () => {
    const names =
      'Sequelize Model DataTypes Op sql QueryTypes Deferrable ConstraintChecking IsolationLevel TransactionType TransactionNestMode GeoJsonType IndexHints TableHints ParameterStyle ManualOnDelete JSON_NULL SQL_NULL Lock ' +
      'importModels isModelStatic isSameInitialModel AssociationPath Attribute Col Fn Cast Literal Where Identifier List Transaction HasOneAssociation BelongsToAssociation HasOne BelongsTo SqliteDialect QueryInterface Utils useInflection ' +
      'BaseError ValidationError ValidationErrorItem UniqueConstraintError DatabaseError ForeignKeyConstraintError ExclusionConstraintError UnknownConstraintError TimeoutError ConnectionError ConnectionRefusedError AccessDeniedError ' +
      'HostNotFoundError HostNotReachableError InvalidConnectionError ConnectionTimedOutError ConnectionAcquireTimeoutError AssociationError EagerLoadingError EmptyResultError InstanceError OptimisticLockError QueryError SequelizeScopeError AggregateError BulkRecordError'
    for (const name of names.split(' '))
      expect([name, typeof (mortise as Record<string, unknown>)[name]]).not.toEqual([name, 'undefined'])
  })
  test("has package.json's version", () => {
    const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string }
    expect(Sequelize.version).toBe(version)
  })
  test('guards', () => {
    const { User, Profile } = pair()
    expect([User, Model, class extends Model {}, {}, null, () => {}].map((value) => isModelStatic(value))).toEqual([
      true,
      false,
      true,
      false,
      false,
      false,
    ])
    expect([isSameInitialModel(User, User), isSameInitialModel(User, Profile), isSameInitialModel(User, null)]).toEqual(
      [true, false, false],
    )
  })
})

describe('importModels', () => {
  const folder = fileURLToPath(new URL('../../support/models', import.meta.url))
  test('takes the models that matching modules export, each once', async () => {
    const models = await importModels(`${folder}/*.model.{ts,js}`)
    expect(models.map((model) => model.name).sort()).toEqual(['ImportedPost', 'ImportedTag', 'ImportedUser'])
    const some = await importModels([`${folder}/**/*.js`, '!**/tag*'], (_path, name) => name !== 'default')
    expect(some.map((model) => model.name)).toEqual(['ImportedUser'])
  })
  test('says when nothing matches', async () => {
    await expect(importModels(`${folder}/*.nothing`)).rejects.toThrow(/found no file/)
  })
})

describe('transactions', () => {
  test('managed, with options, and unmanaged', async () => {
    const { sequelize, User } = pair()
    await sequelize.sync()
    expect(await sequelize.transaction(async () => (await User.create({ name: 'a' })).id)).toBe(1)
    await expect(
      sequelize.transaction({}, async () => {
        await User.create({ name: 'b' })
        expect(sequelize.getCurrentClsTransaction()).toBeDefined()
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    const unmanaged = await (sequelize.transaction as unknown as () => Promise<{ rollback(): Promise<void> }>)()
    await User.create({ name: 'c' }, { transaction: unmanaged })
    await unmanaged.rollback()
    expect(sequelize.getCurrentClsTransaction()).toBeUndefined()
    expect(await User.count()).toBe(1)
    await sequelize.close()
  })
  test('disableClsTransactions: calls do not find the transaction', async () => {
    const { sequelize } = pair({ disableClsTransactions: true })
    await sequelize.transaction(async () => {
      expect(sequelize.getCurrentClsTransaction()).toBeUndefined()
    })
    await sequelize.close()
  })
})

describe('all models at once', () => {
  test('truncate and destroyAll go from dependents to what they refer to', async () => {
    const { sequelize, User, Profile } = pair()
    User.hasOne(Profile, { foreignKey: { name: 'userId', allowNull: false, onDelete: 'RESTRICT' } })
    await sequelize.sync()
    const fill = async (): Promise<void> => {
      const user = await User.create({})
      await user.createProfile({})
    }
    await fill()
    await sequelize.truncate()
    expect([await User.count(), await Profile.count()]).toEqual([0, 0])
    await fill()
    const destroyed: string[] = []
    sequelize.hooks.addListener('afterBulkDestroy', () => {
      destroyed.push('hook')
    })
    await sequelize.destroyAll()
    expect([await User.count(), await Profile.count(), destroyed.length]).toEqual([0, 0, 2])
    await sequelize.close()
  })
  test('a circle needs a word', async () => {
    const { sequelize, User, Profile } = pair()
    User.hasOne(Profile, { as: 'profile', foreignKey: 'userId' })
    User.belongsTo(Profile, { as: 'favourite', foreignKey: 'favouriteId', inverse: { as: 'fan', type: 'hasOne' } })
    await sequelize.sync()
    const user = await User.create({})
    await user.createProfile({})
    await expect(sequelize.truncate()).rejects.toThrow(/User ↔ Profile|Profile ↔ User/)
    await expect(sequelize.destroyAll()).rejects.toThrow(/circle/)
    await sequelize.truncate({ withoutForeignKeyChecks: true })
    expect([await User.count(), await Profile.count()]).toEqual([0, 0])
    await sequelize.close()
  })
})
