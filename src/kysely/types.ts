/** From models to the interface that Kysely wants: tables by name, each with its columns. */
import type { ColumnType } from 'kysely'
import type { AnyModel, ModelConstructor } from '../api/types/infer.js'
import type { TYPES } from '../api/types/symbols.js'

/** Models by the names that their tables have in queries. */
export type KyselyModels = { readonly [table: string]: ModelConstructor<AnyModel> }

type Input<M extends AnyModel, K> = K extends keyof M[typeof TYPES]['input'] ? M[typeof TYPES]['input'][K] : never
/** A model's attributes as columns: what they give, what an INSERT takes, what an UPDATE takes. */
export type ColumnsOf<M extends AnyModel> = {
  [K in keyof M[typeof TYPES]['attributes'] & string]: ColumnType<
    M[typeof TYPES]['attributes'][K],
    Input<M, K>,
    M[typeof TYPES]['attributes'][K]
  >
}
export type DatabaseOf<Models extends KyselyModels> = {
  [K in keyof Models & string]: Models[K] extends ModelConstructor<infer M extends AnyModel> ? ColumnsOf<M> : never
}
