// Associations as data: names, keys, constraints, indexes, and how two calls become one relation.

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { forgetModel, settleAssociations } from '../../../src/association/index.js'
import { AssociationError } from '../../../src/errors/index.js'
import type { ModelClass } from '../../../src/model/definition.js'
import { build } from '../../../src/model/state.js'
import { Op } from '../../../src/sql/op.js'
import { DataTypes } from '../../../src/types/index.js'
import { associationsOf, attributesOf, world } from './models.js'

const pair = (names: readonly [string, string] = ['User', 'Profile'], defaults?: object) => {
  const here = world(undefined, defaults ?? { timestamps: false })
  return {
    ...here,
    User: here.model(names[0], { name: DataTypes.STRING, code: { type: DataTypes.STRING, unique: true } }),
    Profile: here.model(names[1], { bio: DataTypes.STRING }),
  }
}
const indexes = (model: ModelClass): [readonly unknown[], boolean][] =>
  model.modelDefinition.getIndexes().map((index) => [index.fields, index.unique === true])

describe('names', () => {
  test.each([
    [['User', 'Task'], {}, 'Task', 'UserId'],
    [['user', 'profile'], {}, 'profile', 'userId'],
    [['User', 'Task'], { associationNaming: 'camel' }, 'task', 'userId'],
    [['UserAccount', 'profiles'], {}, 'profile', 'UserAccountId'],
    [['user_account', 'profile'], {}, 'profile', 'userAccountId'],
  ] as const)('%j with %j: %s by %s', (names, naming, as, key) => {
    const { User, Profile, hasOne } = pair(names, { timestamps: false, ...naming })
    const association = hasOne(User, Profile)
    expect([association.as, association.foreignKey]).toEqual([as, key])
  })
  test('the key part comes from the key that is referred to', () => {
    const { model, hasOne, belongsTo } = world()
    const customer = model('customer', { uuid: { type: DataTypes.UUID, primaryKey: true } })
    const address = model('address', {})
    expect(belongsTo(address, customer).foreignKey).toBe('customerUuid')
    const other = model('other', {})
    expect(hasOne(customer, other).foreignKey).toBe('customerUuid')
  })
  test('accessors raise the first letter only', () => {
    const { User, Profile, hasOne } = pair()
    expect(hasOne(User, Profile, { as: 'statusHTML' }).accessors).toMatchObject({
      get: 'getStatusHTML',
      set: 'setStatusHTML',
      create: 'createStatusHTML',
    })
  })
})

describe('the relation of two calls', () => {
  test('hasOne makes a hidden belongsTo, which a later call replaces', () => {
    const { User, Profile, hasOne, belongsTo, installed } = pair()
    const one = hasOne(User, Profile)
    const hidden = one.inverse
    expect([hidden?.as, hidden?.isHidden, hidden?.parentAssociation]).toEqual(['User', true, one])
    const declared = belongsTo(Profile, User)
    expect(declared.isHidden).toBe(false)
    expect([one.inverse, declared.inverse]).toEqual([declared, one])
    expect(attributesOf(Profile)).toEqual(['id', 'bio', 'UserId'])
    expect(installed).toEqual(['+User.Profile', '+Profile.User', '-Profile.User', '+Profile.User'])
  })
  test('a key that is named later moves the column, also on the side that was there', () => {
    const { User, Profile, hasOne, belongsTo } = pair()
    const one = hasOne(User, Profile)
    belongsTo(Profile, User, { foreignKey: 'ownerId' })
    expect([one.foreignKey, attributesOf(Profile), indexes(Profile)]).toEqual([
      'ownerId',
      ['id', 'bio', 'ownerId'],
      [[['ownerId'], false]],
    ])
  })
  test('an alias of belongsTo names the key of both', () => {
    const { User, Profile, hasOne, belongsTo } = pair()
    const one = hasOne(User, Profile)
    const owner = belongsTo(Profile, User, { as: 'owner' })
    expect([one.foreignKey, owner.foreignKey, associationsOf(Profile)]).toEqual(['ownerId', 'ownerId', ['owner']])
  })
  test('belongsTo first, hasOne later: the same, and no second column', () => {
    const { User, Profile, hasOne, belongsTo } = pair()
    const leader = belongsTo(Profile, User, { as: 'leader' })
    const one = hasOne(User, Profile)
    expect([one.foreignKey, one.inverse, leader.inverse]).toEqual(['leaderId', leader, one])
  })
  test('a second alias with a key of its own is another relation', () => {
    const { User, Profile, hasOne, belongsTo } = pair()
    hasOne(User, Profile, { as: 'profile', foreignKey: 'ownerId' })
    belongsTo(Profile, User, { as: 'editor' })
    expect(attributesOf(Profile)).toEqual(['id', 'bio', 'ownerId', 'editorId'])
  })
  test('a bare belongsTo beside two hasOnes is one of its own', () => {
    const { model, hasOne, belongsTo } = world()
    const [Team, Game] = [model('Team'), model('Game')]
    hasOne(Team, Game, { as: 'HomeTeam', foreignKey: 'homeTeamId' })
    hasOne(Team, Game, { as: 'AwayTeam', foreignKey: 'awayTeamId' })
    expect(belongsTo(Game, Team).foreignKey).toBe('TeamId')
    expect(attributesOf(Game)).toEqual(['id', 'homeTeamId', 'awayTeamId', 'TeamId'])
    expect(associationsOf(Game)).toHaveLength(3)
  })
  test('the same call twice is one association', () => {
    const { User, Profile, hasOne } = pair()
    expect(hasOne(User, Profile, { as: 'profile' })).toBe(hasOne(User, Profile, { as: 'profile', onDelete: 'CASCADE' }))
    expect(Profile.modelDefinition.attribute('UserId').onDelete).toBe('CASCADE')
  })
  test('calls that contradict each other name each option, and change nothing', () => {
    const { User, Profile, hasOne, belongsTo } = pair()
    hasOne(User, Profile, { foreignKey: { name: 'ownerId', allowNull: false } })
    const before = [attributesOf(Profile), associationsOf(Profile), indexes(Profile)]
    expect(() => belongsTo(Profile, User, { foreignKey: { name: 'userId', allowNull: true } })).toThrow(
      /ownerId.*userId.*allowNull is false there and true here/s,
    )
    expect([attributesOf(Profile), associationsOf(Profile), indexes(Profile)]).toEqual(before)
  })
  test('an inverse that is named takes a bare belongsTo in', () => {
    const { User, Profile, hasOne, belongsTo } = pair()
    hasOne(User, Profile, { inverse: 'owner' })
    expect(belongsTo(Profile, User).as).toBe('owner')
    expect(attributesOf(Profile)).toEqual(['id', 'bio', 'ownerId'])
  })
  test('an inverse that is named otherwise throws', () => {
    const { User, Profile, hasOne, belongsTo } = pair()
    hasOne(User, Profile, { inverse: 'owner', foreignKey: 'ownerId' })
    expect(() => belongsTo(Profile, User, { as: 'user', foreignKey: 'ownerId' })).toThrow(/owner.*user/s)
  })
  test('hasOnes without keys of their own get one each', () => {
    const { User, Profile, hasOne, warnings } = pair()
    hasOne(User, Profile, { as: 'one' })
    expect(hasOne(User, Profile, { as: 'two' }).foreignKey).toBe('twoId')
    expect(warnings).toEqual(['MORTISE_W_FOREIGN_KEY_NAME'])
  })
  test('hasOnes with different scopes share a key and one unique index', () => {
    const { User, Profile, hasOne } = pair()
    for (const kind of ['avatar', 'cover']) hasOne(User, Profile, { as: kind, scope: { bio: kind }, unique: true })
    expect([attributesOf(Profile), indexes(Profile)]).toEqual([['id', 'bio', 'UserId'], [[['UserId', 'bio'], true]]])
  })
  test('belongsTo names its other side', () => {
    const { User, Profile, belongsTo } = pair()
    const one = belongsTo(Profile, User, { inverse: { as: 'profile', type: 'hasOne' } })
    expect([User.modelDefinition.associations.get('profile'), one.inverse?.isHidden]).toEqual([one.inverse, false])
    const many = belongsTo(Profile, User, { as: 'x', inverse: { as: 'many', type: 'hasMany' } })
    expect([many.inverse?.as, many.inverse?.associationType]).toEqual(['many', 'HasMany'])
  })
  test('two keys in opposite directions are warned of', () => {
    const { User, Profile, hasOne, warnings } = pair()
    hasOne(User, Profile, { as: 'profile' })
    hasOne(Profile, User, { as: 'user' })
    expect(warnings).toEqual(['MORTISE_W_TWO_FOREIGN_KEYS'])
    expect([attributesOf(User), attributesOf(Profile)]).toEqual([
      ['id', 'name', 'code', 'ProfileId'],
      ['id', 'bio', 'UserId'],
    ])
  })
  test('a model with itself: both sides, each under its own name', () => {
    const { model, hasOne, warnings } = world()
    const Person = model('Person')
    const one = hasOne(Person, Person, { as: 'heir', foreignKey: 'parentId', inverse: 'parent' })
    expect([one.keys, one.inverse?.keys]).toEqual([[{ from: 'id', to: 'parentId' }], [{ from: 'parentId', to: 'id' }]])
    expect(warnings).toEqual([])
    hasOne(Person, Person, { foreignKey: 'otherId' })
    expect(warnings).toEqual(['MORTISE_W_SELF_ASSOCIATION'])
  })
  test('forgetting a model takes its associations and keys out of the others', () => {
    const { User, Profile, hasOne, context } = pair()
    hasOne(User, Profile)
    forgetModel(User, context)
    expect([associationsOf(User), associationsOf(Profile), attributesOf(Profile), indexes(Profile)]).toEqual([
      [],
      [],
      ['id', 'bio'],
      [],
    ])
  })
})

describe('the key', () => {
  test('an attribute that the user declared is completed, not replaced', () => {
    const { model, hasOne } = world()
    const User = model('User')
    const Profile = model('Profile', {
      ownerId: { type: DataTypes.INTEGER, allowNull: false, comment: 'whose' },
      bio: DataTypes.STRING,
    })
    hasOne(User, Profile, { foreignKey: { name: 'ownerId', allowNull: true } })
    expect(Profile.modelDefinition.attribute('ownerId')).toMatchObject({
      allowNull: false,
      comment: 'whose',
      onDelete: 'CASCADE',
      references: { table: { name: 'Users' }, key: 'id' },
    })
  })
  test('a declared attribute gets its own shape back when the key moves', () => {
    const { model, hasOne, belongsTo } = world()
    const User = model('User')
    const Profile = model('Profile', { UserId: { type: DataTypes.INTEGER, comment: 'mine' } })
    hasOne(User, Profile)
    belongsTo(Profile, User, { foreignKey: 'ownerId' })
    expect(attributesOf(Profile)).toEqual(['id', 'UserId', 'ownerId'])
    expect(Profile.modelDefinition.attribute('UserId')).toMatchObject({
      comment: 'mine',
      references: null,
      onDelete: null,
    })
  })
  test('composite keys', () => {
    const { model, hasOne } = world()
    const Order = model('Order', {
      shop: { type: DataTypes.STRING, primaryKey: true },
      number: { type: DataTypes.INTEGER, primaryKey: true },
    })
    const Invoice = model('Invoice')
    const one = hasOne(Order, Invoice)
    expect([one.foreignKeys, one.constraint?.references.attributes]).toEqual([
      ['OrderShop', 'OrderNumber'],
      ['shop', 'number'],
    ])
    expect(Invoice.modelDefinition.attribute('OrderShop').references).toBeNull()
    const [x, y] = [build(Order, { shop: 'a', number: 1 }), build(Order, { shop: 'b', number: 2 })]
    expect(one.batch([x, y])?.where).toEqual({
      [Op.or]: [
        { OrderShop: 'a', OrderNumber: 1 },
        { OrderShop: 'b', OrderNumber: 2 },
      ],
    })
    expect(one.batch([x])?.keyOfSource(x)).toBe(
      one.batch([x])?.keyOfTarget(build(Invoice, { OrderShop: 'a', OrderNumber: '1' })),
    )
    expect(() => hasOne(Order, Invoice, { as: 'second', foreignKey: 'orderId' })).toThrow(
      /one attribute \(orderId\).*2 attributes \(shop, number\)/s,
    )
  })
  test('a shared primary key is unique by itself, needs no index and cannot be unlinked', () => {
    const { User, model, hasOne } = { ...pair() }
    const Profile = model('Profile', { id: { type: DataTypes.INTEGER, primaryKey: true } })
    const one = hasOne(User, Profile, { foreignKey: 'id' })
    expect([one.isUniqueBacked, one.unlink().possible, one.onReplace, indexes(Profile)]).toEqual([
      true,
      false,
      'delete',
      [],
    ])
  })
  test('unique: an index over the key; of a paranoid model, over the rows that are not deleted', () => {
    const { User, Profile, model, hasOne } = pair()
    expect(hasOne(User, Profile, { unique: 'one_profile' }).isUniqueBacked).toBe(true)
    expect(Profile.modelDefinition.getIndexes()).toMatchObject([
      { name: 'one_profile', unique: true, purpose: 'one-to-one' },
    ])
    const Soft = model('Soft', {}, { paranoid: true, timestamps: true })
    hasOne(User, Soft, { unique: true })
    expect(
      Soft.modelDefinition.getIndexes().map(({ fields, unique, where }) => [fields, unique === true, where]),
    ).toEqual([
      [['UserId'], true, { deletedAt: null }],
      [['UserId'], false, undefined],
    ])
  })
  test('foreignKey.index: false leaves the index out; a unique index of the user makes it superfluous', () => {
    const { User, model, hasOne } = pair()
    const [A, B] = [model('A'), model('B', {}, { indexes: [{ unique: true, fields: ['UserId'] }] })]
    hasOne(User, A, { foreignKey: { index: false } })
    hasOne(User, B)
    expect([indexes(A), indexes(B)]).toEqual([[], [[['UserId'], true]]])
    expect(B.modelDefinition.associations.get('User')?.inverse?.isUniqueBacked).toBe(true)
  })
  test('constraints: false: no references, but the key and its index', () => {
    const { User, Profile, hasOne, warnings } = pair()
    const one = hasOne(User, Profile, { constraints: false, onDelete: 'CASCADE' })
    expect([one.constraint, one.declaredOnDelete, warnings]).toEqual([
      null,
      'CASCADE',
      ['MORTISE_W_ACTIONS_WITHOUT_CONSTRAINT'],
    ])
    expect(Profile.modelDefinition.attribute('UserId').references).toBeNull()
  })
  test('actions that cannot work are refused', () => {
    const { User, Profile, hasOne } = pair()
    expect(() => hasOne(User, Profile, { foreignKey: { allowNull: false }, onDelete: 'SET NULL' })).toThrow(
      /SET NULL.*cannot be null/s,
    )
    const mysql = world({ setDefaultAction: false })
    expect(() => mysql.hasOne(mysql.model('User'), mysql.model('Profile'), { onDelete: 'set default' })).toThrow(
      /SET DEFAULT/,
    )
    expect(() => hasOne(User, Profile, { foreignKey: { allowNull: false }, onReplace: 'nullify' })).toThrow(/onReplace/)
    expect(attributesOf(Profile)).toEqual(['id', 'bio'])
  })
  test('types: families must agree, widths are warned of', () => {
    const { model, hasOne, warnings } = world()
    const User = model('User', { id: { type: DataTypes.BIGINT, primaryKey: true } })
    hasOne(User, model('A', { UserId: DataTypes.INTEGER }))
    expect(warnings).toEqual(['MORTISE_W_FOREIGN_KEY_TYPE'])
    expect(() => hasOne(User, model('B', { UserId: DataTypes.STRING }))).toThrow(/UserId.*STRING.*BIGINT/s)
  })
})

describe('bad calls', () => {
  const cases: [string, (here: ReturnType<typeof pair>) => unknown, RegExp][] = [
    ['undefined', ({ User, hasOne }) => hasOne(User, undefined), /User\.hasOne\(undefined\).*circular/s],
    ['a name', ({ User, hasOne }) => hasOne(User, 'Profile'), /User\.hasOne\('Profile'\)/],
    ['a class', ({ User, hasOne }) => hasOne(User, class {}), /not a model/],
    ['a module', ({ User, Profile, hasOne }) => hasOne(User, { default: Profile }), /default/],
    ['an option', ({ User, Profile, hasOne }) => hasOne(User, Profile, { foreginKey: 'x' }), /foreginKey.*foreignKey/s],
    [
      'an option of the key',
      ({ User, Profile, hasOne }) => hasOne(User, Profile, { foreignKey: { alowNull: true } }),
      /alowNull.*allowNull/s,
    ],
    ['an action', ({ User, Profile, hasOne }) => hasOne(User, Profile, { onDelete: 'EXPLODE' }), /EXPLODE/],
    [
      'a name that is an attribute',
      ({ User, Profile, hasOne }) => hasOne(User, Profile, { as: 'name' }),
      /attribute "name"/,
    ],
    [
      'a key that is an association',
      ({ User, Profile, belongsTo }) => belongsTo(Profile, User, { as: 'owner', foreignKey: 'owner' }),
      /"owner"/,
    ],
    [
      'an inverse that is an attribute',
      ({ User, Profile, hasOne }) => hasOne(User, Profile, { inverse: 'bio' }),
      /bio/,
    ],
    [
      'a key that is not unique',
      ({ User, Profile, hasOne }) => hasOne(User, Profile, { foreignKey: 'x', sourceKey: 'name' }),
      /User\.name.*unique/s,
    ],
    [
      'a key that does not exist',
      ({ User, Profile, hasOne }) => hasOne(User, Profile, { foreignKey: 'x', sourceKey: 'cod' }),
      /cod.*Did you mean "code"/s,
    ],
    [
      'two spellings',
      ({ User, Profile, hasOne }) => hasOne(User, Profile, { constraints: false, foreignKeyConstraints: true }),
      /two spellings/,
    ],
  ]
  test.each(cases)('%s', (_title, call, message) => {
    const here = pair()
    expect(() => call(here)).toThrow(AssociationError)
    expect(() => call(here)).toThrow(message)
    expect([
      associationsOf(here.User),
      associationsOf(here.Profile),
      attributesOf(here.Profile),
      here.installed,
    ]).toEqual([[], [], ['id', 'bio'], []])
  })
})

describe('targets that are not there yet', () => {
  test('wait until they are', () => {
    const here = world()
    const User = here.model('User')
    let Profile: ModelClass | undefined
    const one = here.hasOne(User, () => Profile, { as: 'profile', foreignKey: 'ownerId' })
    expect(() => one.target).toThrow(/ownerId.*not defined yet/s)
    expect([one.inverse, JSON.stringify(associationsOf(User))]).toEqual([null, '[]'])
    settleAssociations(here.context)
    Profile = here.model('Profile')
    settleAssociations(here.context)
    expect([
      one.target,
      User.modelDefinition.associations.get('profile'),
      attributesOf(Profile),
      here.context.pending,
    ]).toEqual([Profile, one, ['id', 'ownerId'], []])
  })
  test('at last they are missed, by both names', () => {
    const here = world()
    const models: { Profile?: ModelClass } = {}
    here.hasOne(here.model('User'), () => models.Profile)
    for (let time = 0; time < 2; time += 1)
      expect(() => {
        settleAssociations(here.context, true)
      }).toThrow(/User\.hasOne\(\(\) => models\.Profile\).*User waits/s)
  })
  test('a module that has not run is waited for, an error in it is not hidden', () => {
    const here = world()
    const User = here.model('User')
    here.hasOne(User, () => {
      throw new ReferenceError('Cannot access Profile before initialization')
    })
    expect(here.context.pending).toHaveLength(1)
    expect(() =>
      here.hasOne(
        User,
        () => {
          throw new Error('real')
        },
        { as: 'x' },
      ),
    ).toThrow('real')
  })
})

describe('an association as an object', () => {
  test('answers in the words of Sequelize 7 and 6', () => {
    const { User, Profile, hasOne } = pair()
    const one = hasOne(User, Profile, {
      as: 'profile',
      foreignKey: { name: 'ownerId', columnName: 'owner_id' },
      sourceKey: 'code',
    }) as unknown as Record<string, unknown>
    expect(one).toMatchObject({
      associationType: 'HasOne',
      as: 'profile',
      name: { singular: 'profile', plural: 'profiles' },
      isAliased: true,
      isSingleAssociation: true,
      isMultiAssociation: false,
      isSelfAssociation: false,
      foreignKey: 'ownerId',
      identifier: 'ownerId',
      identifierField: 'owner_id',
      foreignKeyField: 'owner_id',
      sourceKey: 'code',
      sourceKeyField: 'code',
      sourceIdentifier: 'code',
      sourceKeyIsPrimary: false,
      associationAccessor: 'profile',
      parentAssociation: null,
      saveOrder: 'after',
      cardinality: 'one',
    })
    expect(one.options).toMatchObject({
      as: 'profile',
      sourceKey: 'code',
      foreignKeyConstraints: true,
      onDelete: 'SET NULL',
      foreignKey: { name: 'ownerId', onUpdate: 'CASCADE' },
    })
  })
  test('is printed by names, without walking the models', () => {
    const { User, Profile, hasOne } = pair()
    const one = hasOne(User, Profile)
    expect(JSON.stringify({ one })).toBe(
      '{"one":{"associationType":"HasOne","source":"User","target":"Profile","as":"Profile","foreignKey":"UserId"}}',
    )
    expect(inspect(one)).toBe('HasOneAssociation { User.Profile (HasOne Profile by Profile.UserId) }')
  })
  test('its verbs go to the actions', async () => {
    const { User, Profile, hasOne } = pair()
    const one = hasOne(User, Profile)
    const user = build(User, { id: 1 })
    expect(await one.set(user, 5, { steal: false })).toEqual(['set', one, user, 5, { steal: false }])
  })
  test('a key that was not loaded is an error, not "nothing"', () => {
    const { User, Profile, hasOne } = pair()
    const one = hasOne(User, Profile, { as: 'profile', foreignKey: 'userCode', sourceKey: 'code' })
    const user = build(User, { id: 1 }, { isNewRecord: false })
    expect(() => one.batch([user])).toThrow(/"code".*User.*"profile"/s)
  })
})
