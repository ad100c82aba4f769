/**
 * The door to Kysely: `sequelize.kysely({ users: User })` is a query builder typed by the models, on the same pool, in the ambient
 * transaction. `import 'mortise/kysely'` once gives every Sequelize the method; the package `kysely` is an optional peer.
 * Docs: docs/kysely.md.
 */
import { Kysely } from 'kysely'
import { Sequelize } from '../api/sequelize.js'
import type { AnyModel, ModelConstructor } from '../api/types/infer.js'
import { QueryError } from '../errors/index.js'
import type { ModelClass } from '../model/definition.js'
import { DoorDialect } from './dialect.js'
import { ModelsPlugin } from './plugin.js'
import { schemaOf } from './schema.js'
import type { DatabaseOf, KyselyModels } from './types.js'

export type { ColumnsOf, DatabaseOf, KyselyModels } from './types.js'

/**
 * A Kysely instance over the models: keys are the names of tables in its queries, attributes the names of columns. Values of columns come
 * as the models' attributes have them; everything that is calculated comes as the engine gives it. Without models: every model, under the
 * name of its table. `destroy()` closes nothing: the pool is Sequelize's.
 * Throws `QueryError` where two models give an attribute of one name different columns.
 */
export function kysely<const Models extends KyselyModels>(
  sequelize: Sequelize,
  models: Models,
): Kysely<DatabaseOf<Models>>
// biome-ignore lint/suspicious/noExplicitAny: tables of models that the types do not know
export function kysely<Database = any>(sequelize: Sequelize): Kysely<Database>
export function kysely(sequelize: Sequelize, models?: KyselyModels): unknown {
  const { runtime } = sequelize
  const given = models ?? Object.fromEntries(sequelize.models.toArray().map((model) => [model.tableName, model]))
  for (const [name, model] of Object.entries(given)) {
    if ((model as { sequelize?: unknown }).sequelize !== sequelize)
      throw new QueryError(`kysely(): "${name}" is no model of this Sequelize instance.`)
  }
  const schema = schemaOf(runtime, given as unknown as Readonly<Record<string, ModelClass>>)
  return new Kysely({ dialect: new DoorDialect(runtime), plugins: [new ModelsPlugin(schema)] })
}

declare module '../api/sequelize.js' {
  interface Sequelize {
    /** A Kysely instance over the models, see `mortise/kysely`. */
    kysely<const Models extends { readonly [table: string]: ModelConstructor<AnyModel> }>(
      models: Models,
    ): Kysely<DatabaseOf<Models>>
    // biome-ignore lint/suspicious/noExplicitAny: tables of models that the types do not know
    kysely<Database = any>(): Kysely<Database>
  }
}

Object.defineProperty(Sequelize.prototype, 'kysely', {
  value: function (this: Sequelize, models?: KyselyModels): unknown {
    return models === undefined ? kysely(this) : kysely(this, models)
  },
  writable: true,
  configurable: true,
})
