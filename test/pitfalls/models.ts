// The two models that most pitfalls need: users, and profiles with the foreign key `userId`.
import { DataTypes } from 'mortise'
import type { ConnectOptions, Engine } from '../support/databases.js'
import type { Recorder } from '../support/recorder.js'
import type { Database, Row, Table } from '../support/untyped.js'

export interface Pair {
  readonly sequelize: Database
  readonly User: Table
  readonly Profile: Table
  readonly recorder: Recorder
  /** `[bio, userId]` of every profile, by primary key. */
  links(): Promise<[string, unknown][]>
}
export interface PairOptions {
  /** The foreign key is NOT NULL. */
  readonly required?: boolean
  /** The foreign key has a unique index. */
  readonly unique?: boolean
  /** More options of `User.hasOne(Profile, …)`. */
  readonly hasOne?: object
  /** More attributes and options of the models. */
  readonly user?: object
  readonly profile?: object
  readonly userOptions?: object
  readonly profileOptions?: object
  readonly connect?: ConnectOptions
}

/** `User.hasOne(Profile, { as: 'profile' })` with the inverse `user`, synced. */
export async function pairOf(engine: Engine, options: PairOptions = {}): Promise<Pair> {
  const sequelize = engine.script(await engine.connect({ define: { timestamps: false }, ...options.connect }))
  const User = sequelize.define('User', { name: DataTypes.STRING, ...options.user }, options.userOptions)
  const Profile = sequelize.define('Profile', { bio: DataTypes.STRING, ...options.profile }, options.profileOptions)
  User.hasOne(Profile, {
    as: 'profile',
    inverse: { as: 'user' },
    foreignKey: { name: 'userId', allowNull: !options.required },
    ...(options.unique ? { unique: true } : {}),
    ...options.hasOne,
  })
  await sequelize.sync()
  return {
    sequelize,
    User,
    Profile,
    recorder: engine.recorder(sequelize),
    links: async () =>
      (await Profile.unscoped().findAll({ order: Profile.primaryKeyAttributes, paranoid: false })).map((row: Row) => [
        row.bio,
        row.userId,
      ]),
  }
}

/** Both kinds of foreign key, with and without a unique index. */
export const KEYS = [
  { title: 'nullable key', required: false, unique: false },
  { title: 'nullable unique key', required: false, unique: true },
  { title: 'required key', required: true, unique: false },
  { title: 'required unique key', required: true, unique: true },
] as const

export const TABLES = ['Users', 'Profiles'] as const
