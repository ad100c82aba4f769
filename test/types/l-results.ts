// What decides on a result beside the finders' include: plain, and the options of getX.
import type { Sequelize } from 'mortise'
import { col, fn } from 'mortise'
import type { Profile, Task } from './b-factory.js'
import { User } from './b-factory.js'
import { expectType } from './expect.js'

declare const sequelize: Sequelize
declare const user: User

export async function plain(): Promise<void> {
  expectType<User | null>()(await User.findAll({ plain: true }))
  expectType<User[]>()(await User.findAll({ plain: false }))
  expectType<User[]>()(await User.findAll({ limit: 1 }))
  expectType<User>()(await User.findAll({ plain: true, rejectOnEmpty: true }))
  expectType<{ age: number } | null>()(await User.findAll({ plain: true, raw: true, attributes: ['age'] }))
  expectType<Profile | null | undefined>()((await User.findAll({ plain: true, include: 'profile' }))?.profile)
  // @ts-expect-error one row, or none
  ;(await User.findAll({ plain: true })).length
  expectType<{ age: number }[]>()(await User.findAll({ raw: true, nest: true, attributes: ['age'] }))
  const sum = await User.findAll({ raw: true, plain: true, attributes: [[fn('SUM', col('age')), 'sum']] })
  expectType<unknown>()(sum?.sum)
  // @ts-expect-error not selected
  sum?.age
  expectType<{ n: number } | null>()(
    await sequelize.query<{ n: number }>('SELECT 1 AS n', { type: 'SELECT', plain: true }),
  )
  expectType<{ n: number }[]>()(await sequelize.query<{ n: number }>('SELECT 1 AS n', { type: 'SELECT', nest: true }))
}

export async function getters(): Promise<void> {
  const tasks = await user.getTasks({
    include: ['subtasks', { association: 'user', required: true, include: 'profile' }],
  })
  expectType<Task[]>()(tasks[0]!.subtasks)
  expectType<Profile | null>()(tasks[0]!.user.profile)
  expectType<string>()(tasks[0]!.title)
  const profile = await user.getProfile({ include: { association: 'user', required: true } })
  expectType<User | undefined>()(profile?.user)
  expectType<Task[]>()(await user.getTasks({ where: { title: 'x' }, order: [['title', 'DESC']], limit: 3 }))
  expectType<{ title: string }[]>()(await user.getTasks({ raw: true, attributes: ['title'] }))
  const groups = await user.getGroups({ include: [User], through: { attributes: [] } })
  expectType<User[]>()(groups[0]!.users)
  // @ts-expect-error not loaded
  ;(await user.getTasks())[0]!.subtasks
  // @ts-expect-error no association of this name
  await user.getTasks({ include: 'subtask' })
  // @ts-expect-error no option of an include
  await user.getTasks({ include: { association: 'subtasks', requird: true } })
  // @ts-expect-error no attribute of this name
  await user.getTasks({ attributes: ['titel'] })
  // @ts-expect-error no attribute of this name
  await user.getProfile({ where: { boi: 'x' } })
  // @ts-expect-error no such option
  await user.getTasks({ limitt: 1 })
  // @ts-expect-error there is no table between
  await user.getTasks({ joinTableAttributes: [] })
}
