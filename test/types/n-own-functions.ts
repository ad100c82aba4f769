// Functions inside a definition: getters, setters, validators and hooks know the attributes beside them.
import type { Model, Transaction } from 'mortise'
import { belongsTo, DataTypes, hasOne, Sequelize } from 'mortise'
import { expectType } from './expect.js'

declare const sequelize: Sequelize

class User extends sequelize.model(
  'User',
  {
    code: { type: DataTypes.STRING, primaryKey: true },
    firstName: DataTypes.STRING,
    age: { type: DataTypes.INTEGER, allowNull: false },
    pay: {
      type: DataTypes.DECIMAL(10, 2),
      allowNull: true,
      get() {
        expectType<string | null>()(this.getDataValue('firstName'))
        expectType<string>()(this.code)
        expectType<number>()(this.age)
        expectType<Date>()(this.createdAt)
        expectType<boolean>()(this.isNewRecord)
        // @ts-expect-error no such attribute
        this.getDataValue('fistName')
        // @ts-expect-error nor such a property
        this.fistName
        return this.getDataValue('pay')
      },
      set(value) {
        expectType<string | number | bigint | null>()(value)
        this.setDataValue('pay', String(value))
        // @ts-expect-error not a number
        this.setDataValue('age', 'x')
      },
    },
    password: {
      type: DataTypes.STRING,
      allowNull: false,
      // What a setter says itself counts.
      set(value: string) {
        this.setDataValue('password', `${this.firstName}${value}`)
      },
    },
    label: {
      type: DataTypes.VIRTUAL,
      get() {
        return `${this.firstName} (${this.age})`
      },
    },
  },
  {
    version: true,
    getterMethods: {
      shout() {
        expectType<string | null>()(this.firstName)
        return this.firstName?.toUpperCase()
      },
    },
    setterMethods: {
      shout(value: string) {
        this.setDataValue('firstName', value)
      },
    },
    validate: {
      named() {
        expectType<string | null>()(this.firstName)
        // @ts-expect-error no such property
        if (this.fistName === null) throw new Error('no name')
      },
      async paid() {
        expectType<number>()(this.version)
        if (this.pay === null) throw new Error('no pay')
      },
    },
    hooks: {
      beforeValidate(user) {
        expectType<string | null>()(user.firstName)
        expectType<string>()(user.label)
        // @ts-expect-error no such property
        user.fistName
      },
      beforeCreate: [
        (user) => {
          expectType<number>()(user.version)
        },
        { name: 'named', callback: (user) => void user.set('firstName', 'x') },
      ],
      beforeBulkCreate(users, options) {
        expectType<number[]>()(users.map((each) => each.age))
        expectType<Transaction | null | undefined>()(options.transaction)
      },
      beforeFind(options) {
        options.where = { firstName: 'x' }
      },
      afterUpsert([user, created]) {
        expectType<number>()(user.age)
        expectType<boolean | null>()(created)
      },
      beforeBulkUpdate({ attributes }) {
        attributes.age = 3
        // @ts-expect-error no such attribute
        attributes.agee = 3
      },
      // Associations are there; their types are known to `User.afterCreate(…)`.
      afterCreate: async (user) => {
        expectType<unknown>()(await user.createProfile({ bio: 'x' }))
        // @ts-expect-error no such association
        user.createProfil({})
      },
    },
    associations: { profile: hasOne(() => Profile, 'userId') },
  },
) {}
class Profile extends sequelize.model(
  'Profile',
  { bio: DataTypes.STRING },
  { associations: { user: belongsTo(() => User, 'userId') } },
) {}

const Pen = sequelize.define(
  'Pen',
  {
    ink: {
      type: DataTypes.STRING,
      get() {
        const ink = this.getDataValue('ink')
        return ink ? ink.toUpperCase() : null
      },
    },
    caps: { type: DataTypes.ARRAY(DataTypes.STRING), allowNull: false, defaultValue: [] },
    kind: { type: DataTypes.ENUM('a', 'b'), set: (value: 'a' | 'b') => void value },
    raw: { type: 'VARBINARY(50)', allowNull: false },
  },
  {
    hooks: {
      beforeSave(pen) {
        expectType<string[]>()(pen.caps)
        expectType<'a' | 'b' | null>()(pen.kind)
        // Nothing is known of a type in words.
        expectType<unknown>()(pen.raw)
      },
    },
  },
)

export async function results(user: User): Promise<void> {
  expectType<string | null>()(user.pay)
  expectType<string>()(user.password)
  expectType<Profile | null>()(await user.getProfile())
  const pen = await Pen.create({ ink: 'x', raw: new Uint8Array(3) })
  expectType<string | null>()(pen.ink)
}

// Options that stand outside of a definition.
new Sequelize({
  define: {
    hooks: {
      beforeCreate(instance) {
        expectType<Model>()(instance)
      },
    },
  },
})
