/** The same schema and queries as Drizzle, Kysely and MikroORM spell them, each as its documentation recommends. */
import type { Association, Column, ModelSketch, QuerySketch, Schema, Writer } from './schema.js'
import { indent } from './schema.js'

const queriesFile = (
  head: string,
  { models, queries }: Schema,
  body: (query: QuerySketch) => string[],
  last: string,
): string => {
  const functions = queries.map((each, index) => `export async function query${index}() {\n${indent(body(each))}}\n`)
  return `${head}import { ${models.map(({ name }) => name).join(', ')} } from './models.js'\n\n${functions.join('')}${last}\n`
}

// ---------------------------------------------------------------- Drizzle
const DRIZZLE: { readonly [kind: string]: (name: string) => string } = {
  string: (name) => `text('${name}')`,
  text: (name) => `text('${name}')`,
  integer: (name) => `integer('${name}')`,
  boolean: (name) => `integer('${name}', { mode: 'boolean' })`,
  double: (name) => `real('${name}')`,
  date: (name) => `integer('${name}', { mode: 'timestamp' })`,
  role: (name) => `text('${name}', { enum: ['admin', 'user'] })`,
}
const drizzleDefault = ({ kind }: Column): string => (kind === 'boolean' ? '.default(true)' : ".default('user')")
const drizzleColumn = (column: Column): string =>
  `${column.name}: ${DRIZZLE[column.kind]!(column.name)}${column.nullable ? '' : '.notNull()'}${column.hasDefault ? drizzleDefault(column) : ''},`
function drizzleTable({ name, columns, foreignKeys }: ModelSketch): string {
  const lines = [
    "id: integer('id').primaryKey({ autoIncrement: true }),",
    ...columns.map(drizzleColumn),
    ...foreignKeys.map((key) => `${key}: integer('${key}'),`),
    "createdAt: integer('createdAt', { mode: 'timestamp' }).notNull().$defaultFn(() => new Date()),",
    "updatedAt: integer('updatedAt', { mode: 'timestamp' }).notNull().$defaultFn(() => new Date()),",
  ]
  return `export const ${name} = sqliteTable('${name}', {\n${indent(lines)}})\n`
}
// Children of both sides lead back by the same column; `relationName` tells them apart.
function drizzleRelations({ name, associations }: ModelSketch): string {
  const label = (each: Association): string =>
    each.kind === 'belongsTo' ? `${each.target}_${each.inverse}` : `${name}_${each.name}`
  const lines = associations.map((each) => {
    if (each.kind === 'hasMany') return `${each.name}: many(${each.target}, { relationName: '${label(each)}' }),`
    if (each.kind === 'hasOne') return `${each.name}: one(${each.target}),`
    const fields = `fields: [${name}.${each.foreignKey}], references: [${each.target}.id]`
    return `${each.name}: one(${each.target}, { ${fields}${each.name === 'owner' ? '' : `, relationName: '${label(each)}'`} }),`
  })
  return `export const ${name}Relations = relations(${name}, ({ one, many }) => ({\n${indent(lines)}}))\n`
}
function drizzleQuery({ kind, model: { name }, many, one, nested }: QuerySketch): string[] {
  const query = `db.query.${name}`
  switch (kind) {
    case 'list':
      return [
        `const rows = await ${query}.findMany({ where: and(eq(${name}.name, 'a'), gte(${name}.age, 18)), orderBy: desc(${name}.name), limit: 10 })`,
        'return rows.map((row) => [row.name, row.age, row.bornAt?.getTime()])',
      ]
    case 'tree':
      return [
        `const rows = await ${query}.findMany({ with: { ${many.name}: { with: { ${nested.name}: true } }, ${one.name}: true } })`,
        `return rows.map((row) => [row.${one.name}?.name, row.${many.name}.map((each) => each.${nested.name}?.code)])`,
      ]
    case 'detail':
      return [
        `const row = await ${query}.findFirst({ where: eq(${name}.active, true), with: { ${one.name}: true } })`,
        `return row?.${one.name}?.score`,
      ]
    case 'narrow':
      return [
        `const rows = await ${query}.findMany({ columns: { id: true, name: true }, where: eq(${name}.role, 'admin') })`,
        'return rows.map((row) => [row.id, row.name])',
      ]
    case 'create':
      return [
        `const [row] = await db.insert(${name}).values({ name: 'a', code: 'b', age: 3 }).returning()`,
        'return row!.id',
      ]
    case 'update':
      return [`return await db.update(${name}).set({ age: 4, notes: null }).where(eq(${name}.code, 'x'))`]
    case 'children':
      return [
        `const rows = await db.select().from(${many.target}).where(eq(${many.target}.parentId, 1))`,
        'return rows.map((each) => each.name)',
      ]
    case 'count':
      return [`return await db.$count(${name}, and(eq(${name}.active, true), gt(${name}.score, 1)))`]
  }
}
export const drizzle: Writer = (schema) => {
  const last = schema.models[1]!
  return {
    files: {
      'models.ts': `import { relations } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core'

${schema.models.map(drizzleTable).join('')}${schema.models
  .filter(({ associations }) => associations.length > 0)
  .map(drizzleRelations)
  .join('')}
export const db = drizzle('x.db', { schema: { ${schema.models.map(({ name, associations }) => (associations.length > 0 ? `${name}, ${name}Relations` : name)).join(', ')} } })
`,
      'queries.ts': queriesFile(
        "import { and, desc, eq, gt, gte } from 'drizzle-orm'\nimport { db } from './models.js'\n",
        schema,
        drizzleQuery,
        `export const last = () => db.query.${last.name}.findMany({ with: { ${last.associations[0]!.name}: true }, columns: {  } })`,
      ),
    },
    cursor: 'columns: { ',
  }
}

// ---------------------------------------------------------------- Kysely
const KYSELY: { readonly [kind: string]: string } = {
  string: 'string',
  text: 'string',
  integer: 'number',
  boolean: 'boolean',
  double: 'number',
  date: 'Date',
  role: "'admin' | 'user'",
}
function kyselyTable({ name, columns, foreignKeys }: ModelSketch): string {
  const lines = [
    'id: Generated<number>',
    ...columns.map(({ name, kind, nullable, hasDefault }) => {
      const type = nullable ? `${KYSELY[kind]} | null` : KYSELY[kind]!
      return `${name}: ${hasDefault ? `Generated<${type}>` : type}`
    }),
    ...foreignKeys.map((key) => `${key}: number | null`),
    'createdAt: Generated<Date>',
    'updatedAt: Generated<Date>',
  ]
  return `export interface ${name} {\n${indent(lines)}}\n`
}
function kyselyQuery({ kind, model: { name }, many, one, nested }: QuerySketch): string[] {
  const from = `db.selectFrom('${name}')`
  const related = (source: string, { kind, target, foreignKey }: Association, rest: string): string => {
    const [own, other] = kind === 'belongsTo' ? [foreignKey, 'id'] : ['id', foreignKey]
    const rows = `eb.selectFrom('${target}').selectAll('${target}')${rest}.whereRef('${target}.${other}', '=', '${source}.${own}')`
    return `${kind === 'hasMany' ? 'jsonArrayFrom' : 'jsonObjectFrom'}(${rows})`
  }
  switch (kind) {
    case 'list':
      return [
        `const rows = await ${from}.selectAll().where('name', '=', 'a').where('age', '>=', 18).orderBy('name', 'desc').limit(10).execute()`,
        'return rows.map((row) => [row.name, row.age, row.bornAt?.getTime()])',
      ]
    case 'tree': {
      const inner = `.select((eb) => ${related(many.target, nested, '')}.as('${nested.name}'))`
      return [
        `const rows = await ${from}.selectAll().select((eb) => [${related(name, many, inner)}.as('${many.name}'), ${related(name, one, '')}.as('${one.name}')]).execute()`,
        `return rows.map((row) => [row.${one.name}?.name, row.${many.name}.map((each) => each.${nested.name}?.code)])`,
      ]
    }
    case 'detail':
      return [
        `const row = await ${from}.selectAll().select((eb) => ${related(name, one, '')}.as('${one.name}')).where('active', '=', true).executeTakeFirst()`,
        `return row?.${one.name}?.score`,
      ]
    case 'narrow':
      return [
        `const rows = await ${from}.select(['id', 'name']).where('role', '=', 'admin').execute()`,
        'return rows.map((row) => [row.id, row.name])',
      ]
    case 'create':
      return [
        `const row = await db.insertInto('${name}').values({ name: 'a', code: 'b', age: 3 }).returningAll().executeTakeFirstOrThrow()`,
        'return row.id',
      ]
    case 'update':
      return [`return await db.updateTable('${name}').set({ age: 4, notes: null }).where('code', '=', 'x').execute()`]
    case 'children':
      return [
        `const rows = await db.selectFrom('${many.target}').selectAll().where('parentId', '=', 1).execute()`,
        'return rows.map((each) => each.name)',
      ]
    case 'count':
      return [
        `return await ${from}.select((eb) => eb.fn.countAll<number>().as('n')).where('active', '=', true).where('score', '>', 1).executeTakeFirstOrThrow()`,
      ]
  }
}
export const kysely: Writer = (schema) => {
  const functions = schema.queries.map(
    (each, index) => `export async function query${index}() {\n${indent(kyselyQuery(each))}}\n`,
  )
  return {
    files: {
      'models.ts': `import type { Generated, Kysely } from 'kysely'

${schema.models.map(kyselyTable).join('')}
export interface Database {
${indent(schema.models.map(({ name }) => `${name}: ${name}`))}}
export declare const db: Kysely<Database>
`,
      'queries.ts': `import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/sqlite'
import { db } from './models.js'

${functions.join('')}export const last = () => db.selectFrom('${schema.models[1]!.name}').selectAll().where('name', 'is not', null)
`,
    },
    cursor: ".where('",
  }
}

// ---------------------------------------------------------------- MikroORM
const MIKRO: { readonly [kind: string]: string } = {
  string: 'p.string()',
  text: 'p.text()',
  integer: 'p.integer()',
  boolean: 'p.boolean()',
  double: 'p.double()',
  date: 'p.datetime()',
  role: "p.enum(['admin', 'user'])",
}
function mikroEntity({ name, columns, associations }: ModelSketch): string {
  const lines = [
    'id: p.integer().primary(),',
    ...columns.map(({ name, kind, nullable, hasDefault }) => {
      const fallback = hasDefault ? (kind === 'boolean' ? '.default(true)' : ".default('user')") : ''
      return `${name}: ${MIKRO[kind]}${nullable ? '.nullable()' : ''}${fallback},`
    }),
    'createdAt: p.datetime().onCreate(() => new Date()),',
    'updatedAt: p.datetime().onCreate(() => new Date()),',
    ...associations.map(({ kind, name, target, inverse }) => {
      if (kind === 'hasMany') return `${name}: () => p.oneToMany(${target}).mappedBy('parent'),`
      if (kind === 'hasOne') return `${name}: () => p.oneToOne(${target}).mappedBy('${inverse}').nullable(),`
      return `${name}: () => p.${name === 'owner' ? `oneToOne(${target}).inversedBy('detail')` : `manyToOne(${target})`}.nullable(),`
    }),
  ]
  return `const ${name}Schema = defineEntity({\n  name: '${name}',\n  properties: {\n${indent(lines, 2)}  },\n})
export class ${name} extends ${name}Schema.class {}
${name}Schema.setClass(${name})
`
}
function mikroQuery({ kind, model: { name }, many, one, nested }: QuerySketch): string[] {
  switch (kind) {
    case 'list':
      return [
        `const rows = await em.find(${name}, { name: 'a', age: { $gte: 18 } }, { orderBy: { name: 'desc' }, limit: 10 })`,
        'return rows.map((row) => [row.name, row.age, row.bornAt?.getTime()])',
      ]
    case 'tree':
      return [
        `const rows = await em.find(${name}, {}, { populate: ['${many.name}.${nested.name}', '${one.name}'] })`,
        `return rows.map((row) => [row.${one.name}?.name, row.${many.name}.$.map((each) => each.${nested.name}?.code)])`,
      ]
    case 'detail':
      return [
        `const row = await em.findOne(${name}, { active: true }, { populate: ['${one.name}'] })`,
        `return row?.${one.name}?.score`,
      ]
    case 'narrow':
      return [
        `const rows = await em.find(${name}, { role: 'admin' }, { fields: ['id', 'name'] })`,
        'return rows.map((row) => [row.id, row.name])',
      ]
    case 'create':
      return [`const row = em.create(${name}, { name: 'a', code: 'b', age: 3 })`, 'await em.flush()', 'return row.id']
    case 'update':
      return [`return await em.nativeUpdate(${name}, { code: 'x' }, { age: 4, notes: null })`]
    case 'children':
      return [
        `const row = await em.findOneOrFail(${name}, 1)`,
        `return (await row.${many.name}.loadItems()).map((each) => each.name)`,
      ]
    case 'count':
      return [`return await em.count(${name}, { active: true, score: { $gt: 1 } })`]
  }
}
export const mikroorm: Writer = (schema) => ({
  files: {
    'models.ts': `import { defineEntity, p } from '@mikro-orm/core'\n\n${schema.models.map(mikroEntity).join('')}`,
    'queries.ts': queriesFile(
      "import type { EntityManager } from '@mikro-orm/sqlite'\n",
      schema,
      mikroQuery,
      `declare const em: EntityManager\nexport const last = () => em.find(${schema.models[1]!.name}, {  })`,
    ),
  },
  cursor: `em.find(${schema.models[1]!.name}, { `,
})
