// F. Raw queries.
import type { QueryMetadata, Sequelize, StandardSchema } from 'mortise'
import { QueryTypes, sql } from 'mortise'
import { User } from './b-factory.js'
import { expectType } from './expect.js'

declare const sequelize: Sequelize
declare const id: number
declare const userInput: string
declare const obj: { a: 1 }

export async function raw() {
  // explicit row type; [rows, meta] like Sequelize
  const [rows, meta] = await sequelize.query<{ id: number; name: string }>(
    sql`select id, name from users where id = ${id}`,
  )
  expectType<{ id: number; name: string }[]>()(rows)
  expectType<QueryMetadata>()(meta)
  // row type carried by the tag
  const [rows2] = await sequelize.query(sql<{ n: number }>`select 1 as n`)
  expectType<{ n: number }[]>()(rows2)
  const q = sql`select 1`
  const [rows4] = await sequelize.query<{ n: number }>(q)
  expectType<{ n: number }[]>()(rows4)
  // no type: unknown, never any
  const [rows3] = await sequelize.query(sql`select 1`)
  expectType<unknown[]>()(rows3)
  // @ts-expect-error unknown rows must be narrowed
  rows3[0].id
  // SELECT form returns rows only
  expectType<{ id: number }[]>()(await sequelize.query<{ id: number }>(sql`select 1`, { type: QueryTypes.SELECT }))
  expectType<{ id: number } | null>()(
    await sequelize.query<{ id: number }>(sql`select 1`, { type: QueryTypes.SELECT, plain: true }),
  )
  // model mapping
  expectType<User[]>()(await sequelize.query(sql`select * from users`, { model: User, mapToModel: true }))
  // validated rows: type comes from a Standard Schema (zod, valibot, arktype)
  const schema = null! as StandardSchema<{ id: number; at: Date }>
  expectType<{ id: number; at: Date }[]>()(await sequelize.query(sql`select 1`, { schema }))
  // nested fragments
  const frag = sql`where id in (${[1, 2, 3]})`
  await sequelize.query(sql`select * from t ${frag}`)
  // @ts-expect-error objects cannot be bound
  sql`select ${obj}`
  // @ts-expect-error undefined cannot be bound (classic silent NULL)
  sql`select ${undefined}`
  // @ts-expect-error row type must be an object type
  await sequelize.query<number>(sql`select 1`)
  // @ts-expect-error a type argument on a plain string is refused: no row type without the tag or an explicit SELECT
  await sequelize.query<{ id: number }>(`select * from t where n = '${userInput}'`)
  const [u] = await sequelize.query('select 1')
  expectType<unknown[]>()(u)
}
