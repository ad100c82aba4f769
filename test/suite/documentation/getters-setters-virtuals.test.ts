// "Getters, Setters & Virtuals" (versions 6 and 7).
import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { DataTypes } from 'mortise'
import { expect, test } from 'vitest'
import { describeEachEngine } from '../../support/databases.js'
import type { Row } from '../../support/untyped.js'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')

describeEachEngine('getters, setters and virtual attributes, as the guides write them', (engine) => {
  test('a getter shows a value otherwise than it is stored', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', {
      username: {
        type: DataTypes.STRING,
        get(this: Row) {
          const rawValue = this.getDataValue('username')
          return rawValue ? rawValue.toUpperCase() : null
        },
      },
    })
    await sequelize.sync()
    const user = User.build({ username: 'SuperUser123' })
    expect([user.username, user.getDataValue('username')]).toEqual(['SUPERUSER123', 'SuperUser123'])
    await user.save()
    expect((await User.findOne({ raw: true })).username).toBe('SuperUser123')
    const found = await User.findOne()
    expect([found.username, found.get('username'), found.toJSON().username]).toEqual(Array(3).fill('SUPERUSER123'))
    expect(User.build().username).toBeNull()
  })
  test('a setter stores another value than it is given, and may look at other attributes', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', {
      username: DataTypes.STRING,
      password: {
        type: DataTypes.STRING,
        set(this: Row, value: string) {
          this.setDataValue('password', hash(this.username + value))
        },
      },
    })
    await sequelize.sync()
    const expected = hash('someoneNotSo§tr0ngP4$SW0RD!')
    const user = User.build({ username: 'someone', password: 'NotSo§tr0ngP4$SW0RD!' })
    expect([user.password, user.getDataValue('password')]).toEqual([expected, expected])
    await user.save()
    expect((await User.findOne()).password).toBe(expected)
  })
  test('both: a text that is kept zipped', async () => {
    const sequelize = engine.script(await engine.connect())
    const Post = sequelize.define('post', {
      content: {
        type: DataTypes.TEXT,
        get(this: Row) {
          const storedValue = this.getDataValue('content')
          const gzippedBuffer = Buffer.from(storedValue, 'base64')
          const unzippedBuffer = gunzipSync(gzippedBuffer)
          return unzippedBuffer.toString()
        },
        set(this: Row, value: string) {
          const gzippedBuffer = gzipSync(value)
          this.setDataValue('content', gzippedBuffer.toString('base64'))
        },
      },
    })
    await sequelize.sync()
    const post = await Post.create({ content: 'Hello everyone!' })
    expect(post.content).toBe('Hello everyone!')
    expect(post.getDataValue('content')).toMatch(/^H4sI/)
    expect((await Post.findOne()).content).toBe('Hello everyone!')
    expect((await Post.findOne({ raw: true })).content).toMatch(/^H4sI/)
  })
  test('a virtual attribute has no column', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', {
      firstName: DataTypes.TEXT,
      lastName: DataTypes.TEXT,
      fullName: {
        type: DataTypes.VIRTUAL,
        get(this: Row) {
          return `${this.firstName} ${this.lastName}`
        },
        set() {
          throw new Error('Do not try to set the `fullName` value!')
        },
      },
    })
    await sequelize.sync()
    const user = await User.create({ firstName: 'John', lastName: 'Doe' })
    expect([user.fullName, user.get('fullName'), user.toJSON().fullName]).toEqual(Array(3).fill('John Doe'))
    expect(await sequelize.queryInterface.describeTable('users')).not.toHaveProperty('fullName')
    expect(() => {
      user.fullName = 'x'
    }).toThrow('Do not try to set the `fullName` value!')
    expect((await User.findOne()).fullName).toBe('John Doe')
    await expect(User.findAll({ where: { fullName: 'John Doe' } })).rejects.toThrow(/fullName/)
  })
  test('a virtual attribute brings the attributes that it depends on', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define('user', {
      firstName: DataTypes.STRING,
      lastName: DataTypes.STRING,
      email: DataTypes.STRING,
      fullName: {
        type: DataTypes.VIRTUAL(DataTypes.STRING, ['firstName', 'lastName']),
        get(this: Row) {
          return `${this.firstName} ${this.lastName}`
        },
      },
    })
    await sequelize.sync()
    await User.create({ firstName: 'John', lastName: 'Doe', email: 'x' })
    const recorder = engine.recorder(sequelize)
    recorder.clear()
    const [user] = await User.findAll({ attributes: ['id', 'fullName'] })
    expect(user!.fullName).toBe('John Doe')
    expect(recorder.statements[0]).not.toContain('email')
  })
  test('getterMethods and setterMethods', async () => {
    const sequelize = engine.script(await engine.connect())
    const User = sequelize.define(
      'user',
      { firstName: DataTypes.STRING, lastName: DataTypes.STRING },
      {
        getterMethods: {
          fullName(this: Row) {
            return `${this.firstName} ${this.lastName}`
          },
        },
        setterMethods: {
          fullName(this: Row, value: string) {
            const names = value.split(' ')
            this.setDataValue('firstName', names[0])
            this.setDataValue('lastName', names.slice(1).join(' '))
          },
        },
      },
    )
    await sequelize.sync()
    let user = await User.create({ firstName: 'John', lastName: 'Doe' })
    expect(user.fullName).toBe('John Doe')
    user.fullName = 'Someone Else'
    await user.save()
    user = await User.findOne()
    expect([user.firstName, user.lastName]).toEqual(['Someone', 'Else'])
  })
})
