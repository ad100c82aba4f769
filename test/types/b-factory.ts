// Recommended new style: base-class factory, thunk associations. No `declare`, no decorators, no InferAttributes.
import type { Loaded, Sequelize } from 'mortise'
import { belongsTo, belongsToMany, DataTypes, hasMany, hasOne } from 'mortise'
import { assignable, expectType } from './expect.js'

declare const sequelize: Sequelize

export class User extends sequelize.model(
  'User',
  {
    firstName: DataTypes.STRING,
    age: { type: DataTypes.INTEGER, allowNull: false },
  },
  {
    associations: {
      profile: hasOne(() => Profile, 'userId'),
      tasks: hasMany(() => Task, { foreignKey: 'userId' }),
      groups: belongsToMany(() => Group, { through: 'UserGroups' }),
      mentor: belongsTo(() => User, 'mentorId'),
    },
  },
) {
  get label(): string {
    return `${this.firstName} (${this.age})`
  }
  async rename(firstName: string) {
    return this.update({ firstName })
  }
  static async adults() {
    return this.findAll({ where: { age: 18 } })
  }
}
export class Profile extends sequelize.model(
  'Profile',
  {
    bio: DataTypes.TEXT,
    userId: { type: DataTypes.INTEGER, allowNull: false },
  },
  { associations: { user: belongsTo(() => User, 'userId') } },
) {}
export class Task extends sequelize.model(
  'Task',
  {
    title: { type: DataTypes.STRING, allowNull: false },
    userId: DataTypes.INTEGER,
  },
  {
    timestamps: false,
    associations: {
      user: belongsTo(() => User, 'userId'),
      subtasks: hasMany(() => Task, 'parentId'),
      parent: belongsTo(() => Task, 'parentId'),
    },
  },
) {}
export class Group extends sequelize.model(
  'Group',
  { name: DataTypes.STRING },
  { associations: { users: belongsToMany(() => User, { through: 'UserGroups' }) } },
) {}

export async function use() {
  const u = (await User.findOne({ include: ['tasks', { association: 'profile', required: true, include: 'user' }] }))!
  expectType<Task[]>()(u.tasks)
  expectType<string>()(u.label)
  expectType<string | null>()(u.profile.bio)
  expectType<User | null>()(u.profile.user)
  expectType<number>()(u.age)
  assignable<User>(u)
  const plain = (await User.findOne())!
  // @ts-expect-error not loaded
  plain.tasks
  // nested to-many keeps element types even through generic inference
  const deep = await User.findAll({ include: { association: 'tasks', include: ['subtasks', 'parent'] } })
  const flat = deep.flatMap((d) => d.tasks)
  expectType<Task[]>()(flat[0]!.subtasks)
  expectType<Task | null>()(flat[0]!.parent)
  deep[0]!.tasks.map((t) => t.subtasks.length)
  assignable<Loaded<User, readonly ['tasks']>>(u)
  const f = (x: Loaded<User, 'tasks'>) => x.tasks.length
  f(u)
  // @ts-expect-error profile not loaded
  f(plain)
  // model and association-object includes
  const m = (await User.findOne({ include: [Task] }))!
  expectType<Task[]>()(m.tasks)
  const g = (await Group.findOne({ include: User }))!
  expectType<User[]>()(g.users)
  // mixins
  expectType<Task[]>()(await plain.getTasks())
  await plain.addTask(3)
  await plain.addTasks([1, 2])
  await plain.removeTask(flat[0]!)
  await plain.setTasks([])
  expectType<number>()(await plain.countTasks())
  expectType<boolean>()(await plain.hasTask(3))
  expectType<Profile | null>()(await plain.getProfile())
  await plain.setProfile(null)
  const p = await plain.createProfile({ bio: 'x' })
  expectType<Profile>()(p)
  // @ts-expect-error FK is supplied by the association, and unknown keys rejected
  await plain.createProfile({ boi: 'x' })
  // @ts-expect-error title is required
  await plain.createTask({})
  const t = await plain.createTask({ title: 'x' })
  expectType<User | null>()(await t.getUser())
  await t.setUser(plain)
  await t.setUser(3)
  await t.setUser(null)
  // @ts-expect-error wrong target
  await t.setUser('x')
  // @ts-expect-error unknown mixin
  await plain.getTaskz()
  // @ts-expect-error timestamps: false on Task
  t.createdAt
  // auto foreign keys from local belongsTo
  expectType<number | string | null>()(plain.mentorId)
  // nested creation
  const c = await User.create({ age: 1, tasks: [{ title: 'a' }] }, { include: ['tasks'] })
  expectType<Task[]>()(c.tasks)
  // filters by association
  await User.findAll({ where: { age: 3, profile: { is: null } } })
  await User.findAll({ where: { profile: { is: { bio: 'x', user: { isNot: null } } } } })
  // @ts-expect-error unknown association
  await User.findAll({ where: { profil: { is: null } } })
  // @ts-expect-error unknown attribute of the association
  await User.findAll({ where: { profile: { is: { bioo: 'x' } } } })
  // @ts-expect-error unknown association
  await User.findOne({ include: ['taskz'] })
  // @ts-expect-error unknown nested association
  await User.findOne({ include: { association: 'tasks', include: 'users' } })
  // @ts-expect-error wrong nested where
  await User.findOne({ include: { association: 'tasks', where: { title: 3 } } })
  const r = await u.rename('x')
  expectType<string>()(r.label)
  expectType<User[]>()(await User.adults())
  class Admin extends User {
    readonly level = 3
  }
  expectType<Admin[]>()(await Admin.findAll())
  const nu = new User({ age: 3 })
  expectType<number>()(nu.age)
}

// default foreign keys: `${association}Id` for belongsTo, `${source}Id` for hasOne/hasMany
export class Post extends sequelize.model(
  'Post',
  { body: DataTypes.TEXT },
  { associations: { comments: hasMany(() => Comment), author: belongsTo(() => User) } },
) {}
export class Comment extends sequelize.model(
  'Comment',
  { body: { type: DataTypes.TEXT, allowNull: false }, postId: { type: DataTypes.INTEGER, allowNull: false } },
  { associations: { post: belongsTo(() => Post) } },
) {}
export async function defaults() {
  const p = (await Post.findOne())!
  expectType<number | string | null>()(p.authorId)
  await p.createComment({ body: 'x' })
  // @ts-expect-error body is required
  await p.createComment({})
  // @ts-expect-error unknown key
  await p.createComment({ body: 'x', nope: 1 })
}

// ---------------------------------------------------------------- same thunks with `define` consts
export const Author = sequelize.define(
  'Author',
  { name: DataTypes.STRING },
  { associations: { books: hasMany(() => Book, 'authorId') } },
)
export const Book = sequelize.define(
  'Book',
  { title: DataTypes.STRING, authorId: DataTypes.INTEGER },
  { associations: { author: belongsTo(() => Author, 'authorId') } },
)
export async function consts() {
  const a = (await Author.findOne({ include: [{ association: 'books', include: 'author' }] }))!
  expectType<string | null>()(a.books[0]!.title)
  expectType<string | null | undefined>()(a.books[0]!.author?.name)
  const b = (await Book.findOne())!
  expectType<string | null | undefined>()((await b.getAuthor())?.name)
  // @ts-expect-error unknown association
  await Author.findOne({ include: 'bookz' })
}
