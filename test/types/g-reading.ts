// Reading beside the finders: what load, findPage, stream and select give, and what they refuse.
import { col, Op, sql } from 'mortise'
import type { Task } from './b-factory.js'
import { Group, Profile, User } from './b-factory.js'
import { assignable, expectType } from './expect.js'

export async function use(users: User[], user: User) {
  const loaded = await User.load(users, ['profile', { association: 'tasks', include: 'subtasks' }])
  expectType<string | null>()(loaded[0]!.profile!.bio)
  expectType<Task[]>()(loaded[0]!.tasks[0]!.subtasks)
  const one = await User.load(user, 'profile', { force: true })
  expectType<Profile | null>()(one.profile)
  // @ts-expect-error no association of this name
  await User.load(users, 'pets')
  // @ts-expect-error instances of another model
  await Group.load(users, 'users')
  // @ts-expect-error no such option
  await User.load(users, 'profile', { again: true })

  const page = await User.findPage({ order: [['age', 'DESC']], first: 10, after: null, include: 'profile' })
  expectType<Profile | null>()(page.items[0]!.profile)
  expectType<string | null>()(page.pageInfo.endCursor)
  expectType<boolean>()(page.pageInfo.hasNextPage)
  assignable<User>(page.edges[0]!.node)
  // @ts-expect-error a page has a size of its own
  await User.findPage({ first: 10, limit: 5 })
  // @ts-expect-error no attribute of this name
  await User.findPage({ first: 10, order: ['height'] })

  for await (const row of User.stream({ include: ['tasks'], batchSize: 100 })) expectType<Task[]>()(row.tasks)
  for await (const row of User.stream({ raw: true, attributes: ['age'] })) {
    expectType<number>()(row.age)
    // @ts-expect-error not selected
    row.firstName
  }
  // @ts-expect-error no such option
  User.stream({ batch: 100 })

  await User.findAll({ where: { id: { [Op.in]: Profile.select({ attributes: ['userId'], where: { bio: 'x' } }) } } })
  await User.findAll({ where: sql.exists(Profile.select({ where: { userId: col('User.id') } })) })
  // @ts-expect-error no attribute of this name
  Profile.select({ attributes: ['usrId'] })

  await User.findAll({
    where: { tasks: { some: { title: 'x' }, none: { title: 'y' } }, profile: { is: { bio: 'z' } } },
  })
  // @ts-expect-error many rows
  await User.findAll({ where: { tasks: { is: { title: 'x' } } } })
  // @ts-expect-error one row
  await User.findAll({ where: { profile: { some: { bio: 'x' } } } })
  // @ts-expect-error no attribute of this name
  await User.findAll({ where: { tasks: { every: { name: 'x' } } } })

  const told = await User.explain({ include: 'profile', where: { age: 5 }, analyze: true })
  expectType<string>()(told.sql)
  expectType<'join' | 'query'>()(told.includes[0]!.strategy)
  expectType<number>()(told.statements)

  const filtered = await User.findAll({ include: { association: 'profile', where: { bio: 'x' } } })
  expectType<Profile>()(filtered[0]!.profile)
  const apart = await User.findAll({ include: { association: 'profile', separate: true, where: { bio: 'x' } } })
  expectType<Profile | null>()(apart[0]!.profile)
  await User.findAll({ strategy: 'auto', include: [{ association: 'tasks', strategy: 'query' }] })
  // @ts-expect-error no such way
  await User.findAll({ strategy: 'eager' })
  await User.load(users, 'tasks', { strategy: 'join' })
  await User.findAll({ strictLoading: 'throw' })
  // @ts-expect-error no such way
  await User.findAll({ strictLoading: 'always' })

  // ---------------------------------------------------------------- the join condition, and groups
  await User.findAll({
    include: { association: 'tasks', on: { title: { [Op.like]: 'a%' }, '$User.id$': 1, [Op.or]: [{ userId: null }] } },
  })
  // @ts-expect-error no attribute of the included model
  await User.findAll({ include: { association: 'tasks', on: { firstName: 'x' } } })
  // @ts-expect-error wrong type
  await User.findAll({ include: { association: 'tasks', on: { title: 3 } } })
  // @ts-expect-error an operator for numbers
  await User.findAll({ include: { association: 'tasks', on: { title: { [Op.between]: [1, 2] } } } })
  await User.findAll({
    include: { model: Profile, as: 'profile', where: { bio: 'x' }, include: [{ model: User, as: 'user' }] },
  })
  // @ts-expect-error no attribute of the included model
  await User.findAll({ include: { model: Profile, as: 'profile', where: { age: 1 } } })
  // @ts-expect-error no option of an include
  await User.findAll({ include: { model: Profile, as: 'profile', requird: true } })

  expectType<number>()(await User.count({ include: 'tasks', where: { '$tasks.title$': 'x' } }))
  expectType<number>()((await User.count({ group: 'age' }))[0]!.count)
  expectType<number>()((await User.findAndCountAll({ include: 'tasks' })).count)
  expectType<number>()((await User.findAndCountAll({ group: ['age'] })).count[0]!.count)
  // @ts-expect-error no such association
  await User.count({ include: 'taskz' })
  // @ts-expect-error no such association
  await User.findOrCreate({ where: { age: 1 }, include: ['taskz'] })
}
