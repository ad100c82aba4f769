// (i) association objects and (ii) registry form, for models made by `define()` and associated afterwards.
import type { Sequelize } from 'mortise'
import { DataTypes } from 'mortise'
import { expectType } from './expect.js'

declare const sequelize: Sequelize

const User0 = sequelize.define('User', { name: DataTypes.STRING })
const Task0 = sequelize.define('Task', {
  title: { type: DataTypes.STRING, allowNull: false },
  userId: DataTypes.INTEGER,
})
const Tag0 = sequelize.define('Tag', { label: DataTypes.STRING })

// (i) the returned association object
export async function assocObject() {
  const userTask = User0.hasOne(Task0, { as: 'task', foreignKey: 'userId' })
  const userTasks = User0.hasMany(Task0, { as: 'tasks' })
  const u = (await User0.findOne({ include: [userTask, { association: userTasks, required: true }] }))!
  expectType<string | undefined>()(u.task?.title)
  expectType<string>()(u.tasks[0]!.title)
  expectType<string | null>()(u.name)
  const v = (await User0.findOne({ include: { association: userTask, required: true } }))!
  expectType<string>()(v.task.title)
  const w = (await User0.findOne({ include: userTask }))!
  expectType<string | undefined>()(w.task?.title)
}

// (ii) registry
export const db = sequelize.associate({ User: User0, Task: Task0, Tag: Tag0 }, ({ User, Task, Tag }) => ({
  User: { task: User.hasOne(Task, { foreignKey: 'userId' }), posts: User.hasMany(Task, { foreignKey: 'userId' }) },
  Task: {
    user: Task.belongsTo(User, { foreignKey: 'userId' }),
    tags: Task.belongsToMany(Tag, { through: 'TaskTags' }),
  },
}))
const { User, Task } = db
type Task = InstanceType<typeof Task>
type User = InstanceType<typeof User>
export async function registry() {
  const u = (await User.findOne({
    include: ['task', { association: 'posts', include: ['tags', { association: 'user', required: true }] }],
  }))!
  expectType<Task | null>()(u.task)
  expectType<string>()(u.posts[0]!.title)
  expectType<string | null>()(u.posts[0]!.tags[0]!.label)
  expectType<string | null>()(u.posts[0]!.user.name)
  const user = (await User.findByPk(1))!
  // @ts-expect-error not loaded
  user.task
  expectType<Task | null>()(await user.getTask())
  await user.setTask(null)
  await user.setTask(3)
  await user.createTask({ title: 'x' })
  // @ts-expect-error title is required
  await user.createTask({})
  // @ts-expect-error unknown attribute
  await user.createTask({ title: 'x', nope: 1 })
  // @ts-expect-error foreign key is omitted
  await user.createTask({ title: 'x', userId: 1 })
  await user.addPost(3)
  await user.addPosts([1])
  await user.createPost({ title: 'x' })
  const task = (await Task.findOne())!
  expectType<User | null>()(await task.getUser())
  expectType<string | null>()((await task.getTags())[0]!.label)
  // @ts-expect-error unknown association
  await User.findOne({ include: ['tasks'] })
  // @ts-expect-error unknown nested association
  await User.findOne({ include: { association: 'task', include: 'posts' } })
  await User.create({ name: 'x' })
  // @ts-expect-error unknown key
  await User.create({ nam: 'x' })
}
// @ts-expect-error unknown model key in the registry
sequelize.associate({ User: User0 }, ({ User }) => ({ Usr: { x: User.hasOne(User) } }))

// (iv) assertion signatures: rejected as methods of an inferred const; as free functions the narrowing is local to the file's control flow.
declare function hasOneAsserts<M, T>(model: M, target: T): asserts model is M & { linked: T }
interface WithAssert {
  hasOne<T>(target: T): asserts this is { linked: T }
}
declare const withAssert: WithAssert
const inferred = { ...withAssert }
// @ts-expect-error TS2775: Assertions require every name in the call target to be declared with an explicit type annotation
inferred.hasOne(Task0)
export const Local = sequelize.define('Local', { name: DataTypes.STRING })
hasOneAsserts(Local, Task0)
void Local.linked
function later() {
  // @ts-expect-error hoisted functions (and every importing module) see the declared type
  return Local.linked
}
void later
