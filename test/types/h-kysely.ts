// Kysely over models: tables by the names given, columns by attributes.
import 'mortise/kysely'
import type { Sequelize } from 'mortise'
import { Profile, User } from './b-factory.js'
import { expectType } from './expect.js'

export async function use(sequelize: Sequelize) {
  const db = sequelize.kysely({ users: User, profiles: Profile })
  const rows = await db
    .selectFrom('users as u')
    .leftJoin('profiles', 'profiles.userId', 'u.id')
    .select(['u.id', 'u.age', 'profiles.bio as text'])
    .where('u.age', '>', 18)
    .execute()
  expectType<number>()(rows[0]!.id)
  expectType<number>()(rows[0]!.age)
  expectType<string | null>()(rows[0]!.text)
  await db.insertInto('users').values({ age: 5 }).execute()
  // @ts-expect-error age is required
  db.insertInto('users').values({ firstName: 'x' })
  // @ts-expect-error no such table
  db.selectFrom('tasks')
  // @ts-expect-error no such column
  db.selectFrom('users').select('height')
  // @ts-expect-error of another type
  db.updateTable('users').set({ age: 'old' })
}
