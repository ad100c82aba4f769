// "Indexes" (version 6) and "Indexes & Uniques" (version 7).
import { DataTypes, UniqueConstraintError } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Database, Row } from '../../support/untyped.js'

describeEachEngine('indexes, as the guides write them', (engine) => {
  const indexes = async (sequelize: Database, table: string): Promise<Record<string, Row>> =>
    Object.fromEntries(
      (await sequelize.queryInterface.showIndex(table)).map((index: Row) => [
        index.name,
        { unique: index.unique, fields: index.fields.map(({ attribute }: Row) => attribute) },
      ]),
    )

  test('of a model: unique, named, of several columns with an order', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define(
      'User',
      { email: DataTypes.STRING, author: DataTypes.STRING, title: DataTypes.STRING, status: DataTypes.STRING },
      {
        indexes: [
          { unique: true, fields: ['email'] },
          { name: 'title_index', using: 'BTREE', fields: ['author', { name: 'title', order: 'DESC' }] },
        ],
      },
    )
    await sequelize.sync()
    expect(await indexes(sequelize, 'Users')).toEqual({
      users_email_unique: { unique: true, fields: ['email'] },
      title_index: { unique: false, fields: ['author', 'title'] },
    })
    await User.create({ email: 'a' })
    await expect(User.create({ email: 'a' })).rejects.toBeInstanceOf(UniqueConstraintError)
    await sequelize.sync({ alter: true })
    expect(Object.keys(await indexes(sequelize, 'Users'))).toHaveLength(2)
  })
  engine.requires('partialIndexes')('with a condition', async () => {
    const sequelize = engine.script(await engine.connect())
    const Post = sequelize.define(
      'Post',
      { author: DataTypes.STRING, status: DataTypes.STRING },
      {
        indexes: [
          { name: 'public_by_author', unique: true, fields: ['author', 'status'], where: { status: 'public' } },
        ],
      },
    )
    await sequelize.sync()
    await Post.bulkCreate([
      { author: 'a', status: 'draft' },
      { author: 'a', status: 'draft' },
      { author: 'a', status: 'public' },
    ])
    await expect(Post.create({ author: 'a', status: 'public' })).rejects.toBeInstanceOf(UniqueConstraintError)
  })
  engine.requires('postgresTypes')('gin, with its operator class', async () => {
    const sequelize = engine.script(await engine.connect())
    const recorder = engine.recorder(sequelize)
    sequelize.define(
      'User',
      { data: DataTypes.JSONB, more: { type: DataTypes.JSONB, index: { using: 'gin' } } },
      { indexes: [{ fields: ['data'], using: 'gin', operator: 'jsonb_path_ops' }] },
    )
    const sent = await recorder.during(() => sequelize.sync())
    expect(sent.find((text) => text.includes('jsonb_path_ops'))).toMatch(/USING gin/i)
    expect(await indexes(sequelize, 'Users')).toMatchObject({
      users_data: { fields: ['data'] },
      users_more: { fields: ['more'] },
    })
    expect(await recorder.during(() => sequelize.sync({ alter: true }))).not.toContainEqual(
      expect.stringMatching(/^CREATE|^DROP/),
    )
  })
  test('of an attribute: plain, named, shared by several, unique', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('User', {
      nick: { type: DataTypes.STRING, index: true },
      city: { type: DataTypes.STRING, index: 'by_city' },
      firstName: { type: DataTypes.STRING, index: { name: 'firstName-lastName' } },
      lastName: { type: DataTypes.STRING, index: { name: 'firstName-lastName', attribute: { order: 'DESC' } } },
      email: { type: DataTypes.STRING, unique: true },
      street: { type: DataTypes.STRING, unique: 'street-number' },
      number: { type: DataTypes.INTEGER, unique: 'street-number' },
    })
    await sequelize.sync()
    expect(await indexes(sequelize, 'Users')).toEqual({
      users_nick: { unique: false, fields: ['nick'] },
      by_city: { unique: false, fields: ['city'] },
      'firstName-lastName': { unique: false, fields: ['firstName', 'lastName'] },
      users_email_unique: { unique: true, fields: ['email'] },
      'street-number': { unique: true, fields: ['street', 'number'] },
    })
    await User.create({ email: 'a', street: 's', number: 1 })
    await User.create({ email: 'b', street: 's', number: 2 })
    await expect(User.create({ email: 'c', street: 's', number: 2 })).rejects.toBeInstanceOf(UniqueConstraintError)
  })
})
