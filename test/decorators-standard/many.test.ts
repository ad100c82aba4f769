// HasMany and BelongsToMany as standard decorators.

import { DataTypes, Model, Sequelize } from 'mortise'
import { Attribute, BelongsToMany, HasMany } from 'mortise/decorators'
import { expect, test } from 'vitest'
import type { Table as AnyTable } from '../support/untyped.js'

test('one call on each model: keys, inverses and the table between', async () => {
  class User extends Model {
    @Attribute(DataTypes.STRING) accessor name!: string
    @HasMany(() => Post, 'authorId') accessor posts: unknown
    @BelongsToMany(() => Post, { through: 'Like', inverse: 'likers' }) accessor likes: unknown
  }
  class Post extends Model {
    @Attribute(DataTypes.STRING) accessor title!: string
  }
  const sequelize = new Sequelize({ dialect: 'sqlite', storage: ':memory:', models: [User, Post] as never })
  await sequelize.sync()
  const [Users, Posts] = [User, Post] as unknown as [AnyTable, AnyTable]
  const user = await Users.create({ name: 'a', posts: [{ title: 'x' }] }, { include: 'posts' })
  await user.addLike(1)
  const found = await Posts.findOne({ include: ['likers', 'user'] })
  expect([found.authorId, found.user.name, found.likers[0].name, found.likers[0].Like.likeId]).toEqual([1, 'a', 'a', 1])
  await sequelize.close()
})
